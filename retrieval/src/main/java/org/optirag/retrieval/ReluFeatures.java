package org.optirag.retrieval;

import java.util.Arrays;

/**
 * Rectified units over scaled features, for readers that can only add: a feature then may speak
 * differently of users with much and with little history, for instance. Unit k is max(0, w_k · x +
 * b_k).
 *
 * @param weights w, [units, features]; treat as immutable
 * @param bias b, [units]; treat as immutable
 */
public record ReluFeatures(float[][] weights, float[] bias) {
  /** The features alone. */
  public static final ReluFeatures NONE = new ReluFeatures(new float[0][], new float[0]);

  /** Checks the lengths. */
  public ReluFeatures {
    if (weights.length != bias.length) {
      throw new IllegalArgumentException(weights.length + " units, " + bias.length + " biases");
    }
    for (float[] unit : weights) {
      if (unit.length != weights[0].length) {
        throw new IllegalArgumentException(
            "units of " + weights[0].length + " and of " + unit.length + " features");
      }
    }
  }

  /** How many units there are. */
  public int count() {
    return bias.length;
  }

  /**
   * The features with the units' outputs behind them.
   *
   * @param scaled as {@link FeatureScaling} gives them, [features]
   * @return [features + units]
   * @throws IllegalArgumentException if the units were made for another number of features
   */
  public float[] apply(float[] scaled) {
    if (count() > 0 && weights[0].length != scaled.length) {
      throw new IllegalArgumentException(
          scaled.length + " features for units of " + weights[0].length);
    }
    float[] all = Arrays.copyOf(scaled, scaled.length + count());
    for (int k = 0; k < count(); k++) {
      float sum = bias[k];
      for (int f = 0; f < scaled.length; f++) {
        sum += weights[k][f] * scaled[f];
      }
      all[scaled.length + k] = Math.max(0, sum);
    }
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReluFeatures that
        && Arrays.deepEquals(weights, that.weights)
        && Arrays.equals(bias, that.bias);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.deepHashCode(weights) + Arrays.hashCode(bias);
  }

  @Override
  public String toString() {
    return count() + " units";
  }
}
