package org.optirag.backbone.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import org.optirag.workspace.UserException;

/** Opens a model's weights, whatever format they are in. */
public final class WeightFiles {
  private WeightFiles() {}

  /**
   * Opens a GGUF file, or a directory as Hugging Face lays it out: config.json with
   * model.safetensors, or with its shards and their index.
   *
   * @throws UserException if there is no model there, it is broken, or of an unknown architecture
   */
  public static Weights open(Path path) {
    if (Files.isDirectory(path)) {
      return new HuggingFaceWeights(path);
    }
    Path name = path.getFileName();
    if (name != null && name.toString().endsWith(".safetensors") && path.getParent() != null) {
      return new HuggingFaceWeights(path.getParent());
    }
    GgufFile file = GgufFile.open(path);
    try {
      return new GgufWeights(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }
}
