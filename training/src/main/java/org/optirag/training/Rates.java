package org.optirag.training;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.optirag.backbone.LearningRates;
import org.optirag.workspace.UserException;

/**
 * Learning rates of the first exit's segment, and how they fall with depth and time.
 *
 * @param lora of the adapters
 * @param heads of the heads' norms and rows
 * @param features of the heads' feature weights and biases
 * @param depth how they fall with depth
 * @param deepest the share that is left at the last exit, in (0, 1]
 * @param decay how they fall with time
 * @param warmup steps over which they rise from zero
 */
public record Rates(
    double lora,
    double heads,
    double features,
    DepthSchedule depth,
    double deepest,
    Decay decay,
    int warmup) {

  /**
   * @throws UserException if a number is out of its range
   */
  public Rates {
    Checks.require("rates.lora", lora, lora >= 0 && lora <= 1, "from 0 to 1");
    Checks.require("rates.heads", heads, heads >= 0 && heads <= 1, "from 0 to 1");
    Checks.require("rates.features", features, features >= 0 && features <= 1, "from 0 to 1");
    Checks.require("rates.deepest", deepest, deepest > 0 && deepest <= 1, "above 0, at most 1");
    Checks.require("rates.warmup", warmup, warmup >= 0, "0 or more");
  }

  /** The rates in words. */
  public String text() {
    return "adapter %s, heads %s, features %s; %s with depth to %s, %s with time, rising for %d steps"
        .formatted(lora, heads, features, lower(depth), deepest, lower(decay), warmup);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * What every rate is multiplied by.
   *
   * @param step from 1
   * @param progress the share of the whole training that lies behind, in [0, 1]
   * @param warmupShare the share of it that the warm-up takes
   */
  double factor(int step, double progress, double warmupShare) {
    if (step <= warmup) {
      return (double) step / warmup;
    }
    double left = Math.max(1e-12, 1 - warmupShare);
    return decay.factor(Math.clamp((progress - warmupShare) / left, 0, 1));
  }

  /** The rates of one step. */
  LearningRates times(double factor, List<Integer> exits) {
    double[] gamma = depth.factors(exits, deepest);
    return new LearningRates(
        scaled(gamma, lora * factor),
        scaled(gamma, heads * factor),
        scaled(gamma, features * factor));
  }

  private static double[] scaled(double[] gamma, double rate) {
    return Arrays.stream(gamma).map(g -> g * rate).toArray();
  }
}
