package org.optirag.scoring.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.UserException;

/**
 * Which backbone a bundle was trained on. The backbone itself is never copied.
 *
 * @param name as {@link org.optirag.backbone.store.ModelStore} finds it
 * @param sha256 of its file; of a directory, see {@link #of}
 * @param architecture for instance "llama"
 * @param blocks L
 * @param hidden width of the residual stream
 */
public record BackboneId(String name, String sha256, String architecture, int blocks, int hidden) {

  /**
   * Identifies a model. Of a directory it hashes the lines "sha256 name" of config.json and of the
   * safetensors files, by name.
   *
   * @param model the model's file or directory
   * @throws UserException if it cannot be read
   */
  public static BackboneId of(String name, Path model, ModelConfig config) {
    try {
      String sha256 = Files.isDirectory(model) ? ofDirectory(model) : Checksums.sha256(model);
      return new BackboneId(name, sha256, config.architecture(), config.blocks(), config.hidden());
    } catch (IOException e) {
      throw new UserException(
          "Cannot read the model " + model + ": " + e.getMessage() + ".", "Check the path.", e);
    }
  }

  private static String ofDirectory(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(directory)) {
      files = listed.filter(BackboneId::counts).sorted().toList();
    }
    StringBuilder lines = new StringBuilder();
    for (Path file : files) {
      lines.append(Checksums.sha256(file)).append(' ').append(file.getFileName()).append('\n');
    }
    return Checksums.sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static boolean counts(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.equals("config.json") || name.endsWith(".safetensors");
  }

  /**
   * Checks that a model is this one.
   *
   * @throws UserException if its shape or its weights differ
   */
  void require(BackboneId found) {
    if (!found.architecture.equals(architecture)
        || found.blocks != blocks
        || found.hidden != hidden) {
      throw new UserException(
          "The bundle was trained on %s (%s), the model %s is another (%s)."
              .formatted(name, shape(), found.name, found.shape()),
          "Use the backbone " + name + ".");
    }
    if (!found.sha256.equals(sha256)) {
      throw new UserException(
          "The bundle was trained on %s with the sha256 %s, the model %s has %s."
              .formatted(name, sha256, found.name, found.sha256),
          "Use the very weights it was trained on: 'optirag model pull " + name + "'.");
    }
  }

  private String shape() {
    return "%s, %d blocks, width %d".formatted(architecture, blocks, hidden);
  }
}
