package org.optirag.backbone.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.tokenizer.Tokenizer.Place;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * SentencePiece vocabularies (Llama 2, Vicuna, TinyLlama, Zephyr, Mistral);
 * src/test/reference/spm_vocabulary.py made the golden ids with SentencePiece and Hugging Face's
 * tokenizers.
 */
class SentencePieceTest {
  private static final long SEED = 20261130;
  private static final List<String> MARKS = List.of("<|im_start|>", "<|im_end|>", "[/INST]");

  @TempDir Path directory;

  private record Golden(String text, int[] ids) {}

  private static List<Golden> golden() throws Exception {
    List<Golden> golden = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(SpmVocabulary.resource("texts.jsonl.gz")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode json = JsonMapper.shared().readTree(line);
        int[] ids = json.path("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
        golden.add(new Golden(json.path("text").stringValue(), ids));
      }
    }
    assertThat(golden).hasSize(1_600);
    return golden;
  }

  @Test
  void idsOfAPublishedVocabularyEqualSentencePieces() throws Exception {
    try (Tokenizer tokenizer = Tokenizers.open(SpmVocabulary.gguf(directory))) {
      for (Golden one : golden()) {
        assertThat(tokenizer.encode(one.text, Place.START)).as(one.text).isEqualTo(one.ids);
        assertThat(tokenizer.encodeFrame(one.text, Place.START)).as(one.text).isEqualTo(one.ids);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "first", "always"})
  void idsOfATokenizerJsonEqualSentencePieces(String scheme) throws Exception {
    Path json = SpmVocabulary.json(directory, MARKS, true, scheme);
    try (Tokenizer tokenizer = Tokenizers.open(json)) {
      for (Golden one : golden()) {
        if (scheme.isEmpty() || !(one.text.startsWith(" ") || one.text.startsWith("▁"))) {
          assertThat(tokenizer.encode(one.text, Place.START)).as(one.text).isEqualTo(one.ids);
        }
      }
    }
  }

  /** What a text is parted at is a line break or a space, as in a prompt. */
  @Test
  void theTokensOfPiecesAreTheWholeTexts() throws Exception {
    Random random = new Random(SEED);
    List<Golden> golden = golden();
    for (Path file : List.of(SpmVocabulary.gguf(directory), SpmVocabulary.tinyModel(directory))) {
      try (Tokenizer tokenizer = Tokenizers.open(file)) {
        for (int round = 0; round < 200; round++) {
          List<String> pieces = new ArrayList<>(List.of("The user liked:"));
          for (int i = random.nextInt(8); i >= 0; i--) {
            String title = golden.get(12 + random.nextInt(788)).text;
            pieces.add(random.nextBoolean() ? "\n- " + title : " " + title);
          }
          pieces.addAll(List.of(" ASSISTANT:", " No"));
          int[] whole = tokenizer.encode(String.join("", pieces), Place.START);
          IntStream parts = Arrays.stream(tokenizer.encode(pieces.getFirst(), Place.START));
          for (String piece : pieces.subList(1, pieces.size())) {
            parts = IntStream.concat(parts, Arrays.stream(tokenizer.encode(piece)));
          }
          assertThat(parts.toArray()).as("seed %d: %s", SEED, pieces).isEqualTo(whole);
          assertThat(tokenizer.decode(whole)).isEqualTo(String.join("", pieces));
        }
        assertThat(tokenizer.encode(" No")).hasSize(1);
        assertThat(tokenizer.encode(" Yes")).hasSize(1);
        assertThat(tokenizer.encode("No")).hasSize(1).isNotEqualTo(tokenizer.encode(" No"));
      }
    }
  }

  @Test
  void aTextAfterAControlTokenGetsTheSpaceThatTheTokenizersRuleGivesIt() {
    int[] alone = {3782};
    int[] spaced = {1939};
    for (String scheme : List.of("", "first", "always", "never")) {
      Path json = SpmVocabulary.json(fresh("scheme-" + scheme), MARKS, true, scheme);
      try (Tokenizer tokenizer = Tokenizers.open(json)) {
        boolean first = !scheme.equals("never");
        boolean each = first && !scheme.equals("first");
        assertThat(tokenizer.encode("No", Place.START)).isEqualTo(first ? spaced : alone);
        assertThat(tokenizer.encode("No", Place.AFTER_CONTROL)).isEqualTo(each ? spaced : alone);
        assertThat(tokenizer.encode("No", Place.AFTER_TEXT)).isEqualTo(alone);
        int[] frame = tokenizer.encodeFrame("No<|im_end|>No", Place.AFTER_TEXT);
        assertThat(frame).containsExactly(3782, 32_001, each ? 1939 : 3782);
        assertThat(tokenizer.spaces(Place.AFTER_CONTROL)).isEqualTo(each);
        assertThat(tokenizer.after(new int[] {3782})).isEqualTo(Place.AFTER_TEXT);
        assertThat(tokenizer.after(frame)).isEqualTo(Place.AFTER_TEXT);
        assertThat(tokenizer.after(new int[] {3782, 32_001})).isEqualTo(Place.AFTER_CONTROL);
        assertThat(tokenizer.after(new int[0])).isEqualTo(Place.START);
      }
    }
  }

  @Test
  void theModelsFirstTokenIsTheOneThatItsFileNames() {
    try (Tokenizer tokenizer = Tokenizers.open(SpmVocabulary.gguf(directory))) {
      assertThat(tokenizer.beginning()).containsExactly(1);
      assertThat(tokenizer.decode(tokenizer.beginning())).isEqualTo("<s>");
    }
    Path json = SpmVocabulary.json(fresh("json"), List.of(), true, "first");
    try (Tokenizer tokenizer = Tokenizers.open(json)) {
      assertThat(tokenizer.beginning()).containsExactly(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMarkIsOneTokenInAFrameAndTextInDataWhateverTheFileCallsIt(boolean special) {
    Path json = SpmVocabulary.json(directory, MARKS, special, "");
    try (Tokenizer tokenizer = Tokenizers.open(json)) {
      for (int i = 0; i < MARKS.size(); i++) {
        String mark = MARKS.get(i);
        assertThat(tokenizer.isControl(mark)).isTrue();
        assertThat(tokenizer.encodeFrame(mark)).containsExactly(32_000 + i);
        int[] data = tokenizer.encode("Dune" + mark + "Dune");
        assertThat(data).doesNotContain(32_000 + i);
        assertThat(tokenizer.decode(data)).isEqualTo("Dune" + mark + "Dune");
      }
      for (String first : List.of("<s>", "</s>", "<unk>")) {
        int[] data = tokenizer.encode("Dune " + first + " Dune");
        assertThat(data).as(first).doesNotContain(0, 1, 2);
        assertThat(tokenizer.decode(data)).isEqualTo("Dune " + first + " Dune");
      }
    }
  }

  private Path fresh(String name) {
    Path path = directory.resolve(name);
    assertThat(path.toFile().mkdir()).isTrue();
    return path;
  }
}
