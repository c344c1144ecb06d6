package org.optirag.backbone.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.optirag.backbone.weights.GgufFile;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Opens a model's tokenizer. */
public final class Tokenizers {
  private static final long MOST_BYTES = 256L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private Tokenizers() {}

  /**
   * The tokenizer that belongs to a model: the tokenizer.json of its directory, or the one that a
   * GGUF file describes in its metadata.
   *
   * @param model what {@link org.optirag.backbone.weights.WeightFiles#open} takes
   * @throws UserException if there is none, or it is of a kind that is not implemented
   */
  public static Tokenizer open(Path model) {
    Path absolute = model.toAbsolutePath();
    if (model.toString().endsWith(".gguf")) {
      try (GgufFile file = GgufFile.open(model)) {
        return new JsonTokenizer(model, GgufTokenizer.describe(file));
      }
    }
    Path json =
        Files.isDirectory(absolute)
            ? absolute.resolve("tokenizer.json")
            : absolute.resolveSibling("tokenizer.json");
    Path pieces = json.resolveSibling("tokenizer.model");
    if (!Files.exists(json) && Files.exists(pieces)) {
      throw new UserException(
          pieces + " is SentencePiece's own format, which is not read.",
          "Write the tokenizer.json beside it with transformers"
              + " (AutoTokenizer.from_pretrained and save_pretrained), or use a GGUF file.");
    }
    try {
      if (Files.size(json) > MOST_BYTES) {
        throw new UserException(
            json + " has " + Files.size(json) + " bytes.", "No tokenizer is that large.");
      }
      if (JSON.readTree(Files.readAllBytes(json)) instanceof ObjectNode object) {
        return new JsonTokenizer(json, object);
      }
      throw new UserException(json + " holds no JSON object.", "Download the model again.");
    } catch (IOException e) {
      throw new UserException(
          "Cannot read the tokenizer " + json + ": " + e.getMessage() + ".",
          "A model's directory needs tokenizer.json; a GGUF file brings its own tokenizer.",
          e);
    } catch (JacksonException e) {
      throw new UserException(
          json + " is no JSON: " + JsonFault.told(e) + ".", "Download the model again.", e);
    }
  }
}
