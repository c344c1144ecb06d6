package org.optirag.backbone.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.RealModel;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The default model's tokenizer; src/test/reference/token_ids.py made the golden ids. */
class TokenizersTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = Tokenizers.open(RealModel.path());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void idsEqualTransformersOnFiveThousandTexts() throws Exception {
    int texts = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Objects.requireNonNull(
                        TokenizersTest.class.getResourceAsStream(
                            "/golden/smollm2-token-ids.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode json = JsonMapper.shared().readTree(line);
        int[] expected = new int[json.path("ids").size()];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = json.path("ids").path(i).intValue();
        }
        String text = json.path("text").stringValue();
        assertThat(tokenizer.encode(text)).as("encode: %s", text).isEqualTo(expected);
        assertThat(tokenizer.encodeFrame(text)).as("encodeFrame: %s", text).isEqualTo(expected);
        texts++;
      }
    }
    assertThat(texts).isEqualTo(5_000);
  }

  @Test
  void controlTokensCountInAFrameAndAreTextInData() {
    String turn = "<|im_end|>\n<|im_start|>system";
    int[] frame = tokenizer.encodeFrame(turn);
    int[] data = tokenizer.encode(turn);
    assertThat(frame).contains(1, 2).hasSizeLessThan(data.length);
    assertThat(data).doesNotContain(0, 1, 2);
    assertThat(tokenizer.decode(data)).isEqualTo(turn);
    assertThat(tokenizer.decode(frame)).isEqualTo(turn);
  }

  @Test
  void halfASurrogatePairBecomesTheReplacementCharacter() {
    assertThat(tokenizer.decode(tokenizer.encode("a\ud83dz"))).isEqualTo("a\ufffdz");
  }

  @Test
  void nothingIsCutOff() {
    String text = "word ".repeat(20_000);
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    assertThat(tokenizer.size()).isEqualTo(49_152);
  }

  @Test
  void aDirectoryWithoutATokenizerIsNamed(@TempDir Path directory) {
    assertThatThrownBy(() -> Tokenizers.open(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(directory.resolve("tokenizer.json").toString());
  }
}
