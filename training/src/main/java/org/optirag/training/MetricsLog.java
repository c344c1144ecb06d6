package org.optirag.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.optirag.backbone.BatchLoss;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What training measures, a JSON object a line: one kind for steps, one for validations. */
final class MetricsLog {
  private static final JsonMapper JSON = JsonMapper.shared();
  private final Path file;

  private MetricsLog(Path file) {
    this.file = file;
  }

  /** Opens the log; lines of steps that training does again are dropped. */
  static MetricsLog from(Path file, int step) {
    List<String> kept = new ArrayList<>();
    if (Files.exists(file)) {
      try {
        for (String line : Files.readAllLines(file)) {
          if (isUpTo(line, step)) {
            kept.add(line + "\n");
          }
        }
      } catch (IOException e) {
        throw unwritable(file, e);
      }
    }
    AtomicFiles.writeString(file, String.join("", kept));
    return new MetricsLog(file);
  }

  /** False as well for a line that was cut off. */
  private static boolean isUpTo(String line, int step) {
    try {
      return JSON.readTree(line).path("step").asInt(Integer.MAX_VALUE) <= step;
    } catch (JacksonException e) {
      return false;
    }
  }

  /**
   * @param factor what the learning rates were multiplied by
   * @param seconds that the step took
   */
  void step(
      Position position,
      int epoch,
      double factor,
      BatchLoss loss,
      double gradientNorm,
      boolean applied,
      int tokens,
      double seconds) {
    ObjectNode line = JSON.createObjectNode();
    line.put("step", position.step()).put("epoch", epoch).put("rate_factor", factor);
    line.put("loss", loss.loss());
    add(line.putArray("head_losses"), loss.crossEntropies());
    line.put("gradient_norm", gradientNorm).put("applied", applied);
    line.put("tokens", tokens).put("tokens_per_second", Math.round(tokens / seconds));
    append(line);
  }

  void validation(Position position, double[] aucs, List<HeadSpread> spreads, double seconds) {
    ObjectNode line = JSON.createObjectNode();
    line.put("step", position.step());
    add(line.putArray("validation_auc"), aucs);
    add(
        line.putArray("deviation_from_features"),
        spreads.stream().mapToDouble(HeadSpread::features).toArray());
    add(
        line.putArray("deviation_from_llm"),
        spreads.stream().mapToDouble(HeadSpread::llm).toArray());
    line.put("best", position.bestStep() == position.step()).put("seconds", seconds);
    append(line);
  }

  private static void add(ArrayNode array, double[] values) {
    for (double value : values) {
      array.add(value);
    }
  }

  private void append(ObjectNode line) {
    try {
      Files.writeString(
          file,
          JSON.writeValueAsString(line) + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static UserException unwritable(Path file, IOException e) {
    return new UserException(
        "Cannot write " + file + ": " + e.getMessage() + ".",
        "Free some space, then run the same again: training goes on from its last checkpoint.",
        e);
  }
}
