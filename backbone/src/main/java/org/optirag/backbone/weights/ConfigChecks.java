package org.optirag.backbone.weights;

import java.nio.file.Path;
import java.util.List;
import org.optirag.workspace.UserException;

/** Refuses a model's shape that cannot be, before anything is sized by it. */
final class ConfigChecks {
  static final String PLAIN_MODEL =
      "Use a plain Llama, Vicuna, TinyLlama, SmolLM2, Mistral, Qwen2 or Qwen3 model for causal"
          + " language modelling.";

  private static final int MOST_BLOCKS = 1_000;
  private static final int WIDEST = 1 << 20;

  private ConfigChecks() {}

  static ModelConfig require(Path path, ModelConfig config) {
    within(path, "hidden size", config.hidden(), WIDEST);
    within(path, "number of blocks", config.blocks(), MOST_BLOCKS);
    within(path, "number of heads", config.heads(), WIDEST);
    within(path, "number of key/value heads", config.kvHeads(), config.heads());
    within(path, "head size", config.headSize(), WIDEST);
    within(path, "intermediate size", config.intermediate(), WIDEST);
    within(path, "vocabulary", config.vocabulary(), 1 << 24);
    within(path, "context length", config.positions(), Integer.MAX_VALUE);
    if (config.heads() % config.kvHeads() != 0) {
      throw TensorFiles.broken(
          path,
          "%d heads cannot share %d key/value heads".formatted(config.heads(), config.kvHeads()));
    }
    if (config.headSize() % 2 != 0) {
      throw TensorFiles.broken(path, "its head size " + config.headSize() + " is odd");
    }
    if (!(config.normEpsilon() > 0 && config.normEpsilon() < 1)) {
      throw TensorFiles.broken(path, "its norm epsilon is " + config.normEpsilon());
    }
    if (!(config.rope().theta() > 0) || Float.isInfinite(config.rope().theta())) {
      throw TensorFiles.broken(path, "its rotary base is " + config.rope().theta());
    }
    requireScaling(path, config.rope().scaling());
    return config;
  }

  private static void requireScaling(Path path, ModelConfig.Scaling scaling) {
    List<Float> numbers =
        switch (scaling) {
          case ModelConfig.Scaling.None none -> List.of();
          case ModelConfig.Scaling.Linear linear -> List.of(linear.factor());
          case ModelConfig.Scaling.Llama3 llama3 ->
              List.of(
                  llama3.factor(),
                  llama3.lowFrequency(),
                  llama3.highFrequency(),
                  (float) llama3.originalPositions());
          case ModelConfig.Scaling.Divisors divisors -> divisors.values();
        };
    for (float number : numbers) {
      if (!(number > 0) || Float.isInfinite(number)) {
        throw TensorFiles.broken(path, "it scales rotary positions by " + number);
      }
    }
  }

  static UserException unknownArchitecture(Path path, String architecture) {
    return new UserException(
        path + " holds a model of the architecture \"" + architecture + "\".",
        "Use a Llama, Vicuna, TinyLlama, SmolLM2, Mistral, Qwen2 or Qwen3 model.");
  }

  /**
   * A part of the configuration that changes what is computed, in a way that is not implemented.
   */
  static UserException unknownField(Path path, String field, Object value, String wayOut) {
    String text = String.valueOf(value);
    return new UserException(
        "%s has %s = %s, which is not implemented."
            .formatted(path, field, text.length() > 60 ? text.substring(0, 60) + "…" : text),
        wayOut);
  }

  /**
   * The width of a head where a file states none.
   *
   * @throws UserException if the heads do not share the width evenly
   */
  static int headSize(Path path, int hidden, int heads) {
    if (hidden % heads != 0) {
      throw TensorFiles.broken(
          path, "%d heads cannot share a width of %d".formatted(heads, hidden));
    }
    return hidden / heads;
  }

  static UserException unknownScaling(Path path, String type) {
    return new UserException(
        path + " scales rotary positions by \"" + type + "\", which is not implemented.",
        "Use a model with no scaling, with linear scaling or with Llama 3's.");
  }

  private static void within(Path path, String what, int value, int most) {
    if (value < 1 || value > most) {
      throw TensorFiles.broken(path, "its %s is %d, expected 1 to %d".formatted(what, value, most));
    }
  }
}
