package org.optirag.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.tokenizer.Tokenizer;

class TextHeadTest {
  /** A token is a byte; a space stands before a text that begins, if wanted, as Llama 2 has it. */
  private record Bytes(String before) implements Tokenizer {
    @Override
    public int[] encode(String text, Place place) {
      byte[] bytes = (spaces(place) ? before + text : text).getBytes(StandardCharsets.UTF_8);
      int[] tokens = new int[bytes.length];
      Arrays.setAll(tokens, i -> bytes[i]);
      return tokens;
    }

    @Override
    public int[] encodeFrame(String frame, Place place) {
      return encode(frame, place);
    }

    @Override
    public Place after(int[] tokens) {
      return tokens.length == 0 ? Place.START : Place.AFTER_TEXT;
    }

    @Override
    public int[] beginning() {
      return new int[0];
    }

    @Override
    public boolean spaces(Place place) {
      return place == Place.START && !before.isEmpty();
    }

    @Override
    public boolean isControl(String text) {
      return false;
    }

    @Override
    public String decode(int[] tokens) {
      ByteBuffer bytes = ByteBuffer.allocate(tokens.length);
      Arrays.stream(tokens).forEach(token -> bytes.put((byte) token));
      return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    @Override
    public int size() {
      return 256;
    }

    @Override
    public void close() {}
  }

  @Test
  void isWhatTheFirstTokensSay() {
    Bytes plain = new Bytes("");
    assertThat(TextHead.of(plain, "abcdef", 4)).isEqualTo(new TextHead("abcd", 4));
    assertThat(TextHead.of(plain, "abcdef", 6)).isEqualTo(new TextHead("abcdef", 6));
    assertThat(TextHead.of(plain, "abcdef", 100)).isEqualTo(new TextHead("abcdef", 6));
    assertThat(TextHead.of(new Bytes(" "), "abcdef", 4).text())
        .as("a title goes on after other text")
        .isEqualTo("abcd");
    assertThat(TextHead.of(new Bytes(" "), " abcdef", 4).text()).isEqualTo(" abc");
  }

  @Test
  void neverHalvesACharacterAndNeverIsEmpty() {
    String text = "Kä🎬寿司";
    for (int most = 1; most < 20; most++) {
      String head = TextHead.of(new Bytes(""), text, most).text();
      assertThat(text).as("%d tokens", most).startsWith(head);
      assertThat(head).isNotEmpty();
      assertThat(head.codePoints()).noneMatch(c -> (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFD);
    }
    assertThat(TextHead.of(new Bytes(""), "🎬", 1).text()).isEqualTo("🎬");
    for (int most = 1; most < 9; most++) {
      assertThat(TextHead.characters("🎬🎬🎬", most)).matches("(🎬)+");
    }
  }

  @Test
  void ofAHugeTextTheBeginningAloneIsRead() {
    assertThat(TextHead.of(new Bytes(""), "x".repeat(10_000_000), 3).text()).isEqualTo("xxx");
  }
}
