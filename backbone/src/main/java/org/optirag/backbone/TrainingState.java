package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.workspace.UserException;

/**
 * The file that training goes on from: safetensors with every parameter and its two moments, and
 * counters and notes as texts.
 */
final class TrainingState {
  private static final String VERSION = "1";
  private static final String NOTE = "note.";

  /**
   * @param steps applied so far
   * @param batches run so far: with the seed, the state of the dropout
   */
  record Counters(long steps, long batches, long seed) {}

  /** What a file holds beside the parameters. */
  record Restored(Counters counters, Map<String, String> notes) {}

  private TrainingState() {}

  static void write(
      Path file, List<Parameter> parameters, Counters counters, Map<String, String> notes) {
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .text("version", VERSION)
            .text("steps", Long.toString(counters.steps))
            .text("batches", Long.toString(counters.batches))
            .text("seed", Long.toString(counters.seed));
    notes.forEach((key, value) -> writer.text(NOTE + key, value));
    for (Parameter parameter : parameters) {
      writer.tensor(parameter.name(), parameter.values(), parameter.shape());
      writer.tensor(parameter.name() + ".first", parameter.first(), parameter.shape());
      writer.tensor(parameter.name() + ".second", parameter.second(), parameter.shape());
    }
    writer.write(file);
  }

  /** Reads everything before it changes anything. */
  static Restored read(Path file, List<Parameter> parameters, long seed) {
    try (SafetensorsFile saved = SafetensorsFile.open(file)) {
      Map<String, String> texts = saved.metadata();
      if (!VERSION.equals(texts.get("version"))) {
        throw other(file, "its version is %s, not 1".formatted(texts.get("version")));
      }
      Counters counters =
          new Counters(
              number(file, texts, "steps"),
              number(file, texts, "batches"),
              number(file, texts, "seed"));
      if (counters.seed != seed) {
        throw other(file, "its seed is %d, not %d".formatted(counters.seed, seed));
      }
      requireShapes(file, saved.shapes(), parameters);
      for (Parameter parameter : parameters) {
        saved.read(parameter.name(), FloatBuffer.wrap(parameter.values()));
        saved.read(parameter.name() + ".first", FloatBuffer.wrap(parameter.first()));
        saved.read(parameter.name() + ".second", FloatBuffer.wrap(parameter.second()));
        parameter.publish();
      }
      Map<String, String> notes = new HashMap<>();
      texts.forEach((key, value) -> {
        if (key.startsWith(NOTE)) {
          notes.put(key.substring(NOTE.length()), value);
        }
      });
      return new Restored(counters, notes);
    }
  }

  private static void requireShapes(
      Path file, Map<String, long[]> shapes, List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      for (String part : List.of("", ".first", ".second")) {
        long[] found = shapes.get(parameter.name() + part);
        if (!Arrays.equals(found, parameter.shape())) {
          throw other(
              file,
              "%s is %s, not %s"
                  .formatted(
                      parameter.name() + part,
                      found == null ? "missing" : Arrays.toString(found),
                      Arrays.toString(parameter.shape())));
        }
      }
    }
    if (shapes.size() != 3 * parameters.size()) {
      throw other(
          file, "it has %d tensors, not %d".formatted(shapes.size(), 3 * parameters.size()));
    }
  }

  private static long number(Path file, Map<String, String> texts, String key) {
    String text = texts.getOrDefault(key, "missing");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw other(file, key + " is " + text);
    }
  }

  private static UserException other(Path file, String why) {
    return new UserException(
        "Training cannot go on from " + file + ": " + why + ".",
        "Go on with the settings it was begun with, or begin anew in another directory.");
  }
}
