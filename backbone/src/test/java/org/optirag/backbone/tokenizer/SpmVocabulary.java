package org.optirag.backbone.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.optirag.backbone.weights.GgufFile;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The published vocabulary of 32,000 pieces that src/test/reference/spm_vocabulary.py took from
 * Phi-3 (MIT licence), as a GGUF file and as a tokenizer.json; also for tests of other modules.
 */
public final class SpmVocabulary {
  private SpmVocabulary() {}

  /** A GGUF file as Llama 2's, in which the marks of chat formats are text. */
  public static Path gguf(Path directory) {
    Path file = directory.resolve("vocabulary.gguf");
    try (InputStream in = new GZIPInputStream(resource("vocabulary.gguf.gz"))) {
      Files.copy(in, file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model with that vocabulary's kind of tokenizer, small and of random weights. */
  public static Path tinyModel(Path directory) {
    Path file = directory.resolve("tiny-spm.gguf");
    try (InputStream in = resource("tiny-spm.gguf")) {
      Files.copy(in, file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A directory with tokenizer.json.
   *
   * @param marks control tokens to be added
   * @param special whether the file calls them special
   * @param scheme Metaspace's rule for spaces, or "" for the older normalizer
   */
  public static Path json(Path directory, List<String> marks, boolean special, String scheme) {
    Path from = gguf(directory);
    try (GgufFile file = GgufFile.open(from)) {
      ObjectNode json = GgufTokenizer.describe(file);
      ArrayNode added = (ArrayNode) json.path("added_tokens");
      for (int i = 0; i < marks.size(); i++) {
        added
            .addObject()
            .put("id", 32_000 + i)
            .put("content", marks.get(i))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", special);
      }
      if (!scheme.isEmpty()) {
        json.putNull("normalizer");
        json.putObject("pre_tokenizer")
            .put("type", "Metaspace")
            .put("replacement", "▁")
            .put("prepend_scheme", scheme)
            .put("split", false);
      }
      Files.writeString(directory.resolve("tokenizer.json"), json.toString());
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static InputStream resource(String name) {
    return Objects.requireNonNull(SpmVocabulary.class.getResourceAsStream("/golden/spm/" + name));
  }
}
