package org.optirag.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizer.Place;
import org.optirag.backbone.tokenizer.Tokenizers;

/** What the metadata of a GGUF file says of its tokens. */
class GgufTokenizersTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4})
  void aMarkOfAChatFormatIsAControlTokenWhateverItsTypeIs(int type) throws IOException {
    try (Tokenizer tokenizer =
        open(tiny ->
            tiny.with("tokenizer.ggml.tokens", List.of("<|im_end|>", "a", "b", "ab", "<", "|"))
                .with("tokenizer.ggml.token_type", new int[] {type, 1, 1, 1, 1, 1})
                .with("tokenizer.ggml.merges", List.of("a b")))) {
      assertThat(tokenizer.isControl("<|im_end|>")).isTrue();
      assertThat(tokenizer.encodeFrame("ab<|im_end|>ab")).containsExactly(3, 0, 3);
      assertThat(tokenizer.encode("ab<|im_end|>ab")).doesNotContain(0).contains(3, 4, 5);
    }
  }

  /** As in Qwen's vocabulary, where it is HTML's. */
  @Test
  void aWordThatLettersAreJoinedToIsNoControlToken() throws IOException {
    try (Tokenizer tokenizer =
        open(tiny ->
            tiny.with("tokenizer.ggml.tokens", List.of("<", "s", ">", "<s", "<s>"))
                .with("tokenizer.ggml.token_type", new int[] {1, 1, 1, 1, 1})
                .with("tokenizer.ggml.merges", List.of("< s", "<s >")))) {
      assertThat(tokenizer.isControl("<s>")).isFalse();
      assertThat(tokenizer.encodeFrame("<s>")).isEqualTo(tokenizer.encode("<s>"));
    }
  }

  @Test
  void theFirstTokenIsTheOneThatTheFileAsksFor() throws IOException {
    assertThat(beginning(tiny -> {})).isEmpty();
    assertThat(beginning(tiny -> tiny.with("tokenizer.ggml.bos_token_id", 0))).isEmpty();
    assertThat(
            beginning(tiny ->
                tiny.with("tokenizer.ggml.bos_token_id", 0)
                    .with("tokenizer.ggml.add_bos_token", true)))
        .containsExactly(0);
    assertThat(
            beginning(tiny ->
                tiny.with("tokenizer.ggml.bos_token_id", 0)
                    .with("tokenizer.ggml.pre", "llama-bpe")))
        .containsExactly(0);
    assertThat(
            beginning(tiny ->
                tiny.with("tokenizer.ggml.bos_token_id", 0)
                    .with("tokenizer.ggml.pre", "llama-bpe")
                    .with("tokenizer.ggml.add_bos_token", false)))
        .isEmpty();
  }

  @Test
  void sentencePieceWithoutItsSpaceBeforeTextsPutsNone() throws IOException {
    for (boolean spaces : new boolean[] {true, false}) {
      try (Tokenizer tokenizer =
          open(tiny -> sentencePiece(tiny).with("tokenizer.ggml.add_space_prefix", spaces))) {
        assertThat(tokenizer.encode("a", Place.START)).containsExactly(spaces ? 6 : 3);
        assertThat(tokenizer.encode(" a", Place.START))
            .containsExactly(spaces ? new int[] {5, 6} : new int[] {6});
        assertThat(tokenizer.encode(" a")).containsExactly(6);
        assertThat(tokenizer.encode("a")).containsExactly(3);
      }
    }
  }

  /** "&lt;" and "/s>" are words of this vocabulary; the control token that they spell is none. */
  @Test
  void noMergeOfASentencePieceVocabularyMakesAControlToken() throws IOException {
    try (Tokenizer tokenizer =
        open(tiny ->
            tiny.with("tokenizer.ggml.model", "llama")
                .with(
                    "tokenizer.ggml.tokens",
                    List.of("<unk>", "<s>", "</s>", "<", "/", "s>", "/s>", "s", ">"))
                .with("tokenizer.ggml.token_type", new int[] {2, 3, 3, 1, 1, 1, 1, 1, 1})
                .with("tokenizer.ggml.scores", new float[] {0, 0, 0, -1, -2, -3, -4, -5, -6})
                .with("tokenizer.ggml.add_space_prefix", false))) {
      assertThat(tokenizer.encode("</s>")).containsExactly(3, 6);
      assertThat(tokenizer.encodeFrame("</s>")).containsExactly(2);
    }
  }

  private static TinyGguf sentencePiece(TinyGguf tiny) {
    return tiny.with("tokenizer.ggml.model", "llama")
        .with("tokenizer.ggml.tokens", List.of("<unk>", "<s>", "</s>", "a", "b", "▁", "▁a"))
        .with("tokenizer.ggml.token_type", new int[] {2, 3, 3, 1, 1, 1, 1})
        .with("tokenizer.ggml.scores", new float[] {0, 0, 0, -1, -2, -3, -4});
  }

  private int[] beginning(Consumer<TinyGguf> change) throws IOException {
    try (Tokenizer tokenizer = open(change)) {
      return tokenizer.beginning();
    }
  }

  private Tokenizer open(Consumer<TinyGguf> change) throws IOException {
    TinyGguf tiny = new TinyGguf();
    change.accept(tiny);
    return Tokenizers.open(Files.write(directory.resolve("model.gguf"), tiny.bytes()));
  }
}
