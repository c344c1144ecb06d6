package org.optirag.backbone;

import java.util.Arrays;

/**
 * The learning rates of one step, each one number an exit: a block learns at the rate of the first
 * exit at or after it.
 *
 * @param lora of the blocks' adapters
 * @param heads of the heads' norms and rows
 * @param features of the heads' feature weights and biases
 */
public record LearningRates(double[] lora, double[] heads, double[] features) {

  /** The same rate for everything. */
  public static LearningRates uniform(double rate, int exits) {
    double[] rates = new double[exits];
    Arrays.fill(rates, rate);
    return new LearningRates(rates, rates, rates);
  }

  double of(Parameter parameter) {
    return switch (parameter.kind()) {
      case LORA -> lora[parameter.segment()];
      case HEAD -> heads[parameter.segment()];
      case FEATURE -> features[parameter.segment()];
    };
  }
}
