package org.optirag.retrieval;

import java.nio.file.Path;
import java.util.Map;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.workspace.UserException;

/**
 * {@link LightGcn} as a safetensors file: the tensors users, items and items_below, each [rows,
 * dimension], with the version in the metadata.
 */
public final class LightGcnFile {
  private static final String VERSION = "1";

  private LightGcnFile() {}

  /**
   * What a file holds.
   *
   * @param model the embeddings
   * @param buildSeconds how long they took to train
   */
  public record Content(LightGcn model, double buildSeconds) {}

  /**
   * Writes a file, whole or not at all.
   *
   * @throws UserException if the disk is full or the directory not writable
   */
  public static void write(Path target, LightGcn model, double buildSeconds) {
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .text("optirag_graph_version", VERSION)
            .text("build_seconds", Double.toString(buildSeconds));
    add(writer, "users", model.users());
    add(writer, "items", model.items());
    add(writer, "items_below", model.itemsBelow());
    writer.write(target);
  }

  private static void add(SafetensorsWriter writer, String name, Embeddings embeddings) {
    writer.tensor(name, embeddings.values(), embeddings.rows(), embeddings.dimension());
  }

  /**
   * Reads a file.
   *
   * @throws UserException if it is broken, or not such a file, or of another version
   */
  public static Content read(Path file) {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      String version = tensors.metadata().get("optirag_graph_version");
      if (!VERSION.equals(version)) {
        throw new UserException(
            file + " is a graph of version " + version + ", expected " + VERSION + ".",
            "Remove it: it is trained again when needed.");
      }
      LightGcn model =
          new LightGcn(
              embeddings(file, tensors, "users"),
              embeddings(file, tensors, "items"),
              embeddings(file, tensors, "items_below"));
      return new Content(model, seconds(tensors.metadata()));
    }
  }

  private static double seconds(Map<String, String> metadata) {
    try {
      return Double.parseDouble(metadata.getOrDefault("build_seconds", "NaN"));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static Embeddings embeddings(Path file, SafetensorsFile tensors, String name) {
    long[] shape = tensors.shapes().get(name);
    if (shape == null || shape.length != 2) {
      throw new UserException(
          file + " holds no matrix \"" + name + "\".",
          "Remove it: it is trained again when needed.");
    }
    return new Embeddings(Math.toIntExact(shape[0]), Math.toIntExact(shape[1]), tensors.read(name));
  }
}
