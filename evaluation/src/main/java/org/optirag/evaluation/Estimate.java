package org.optirag.evaluation;

/**
 * A figure with its 95 % interval.
 *
 * @param value the figure on the sample itself
 * @param low the 2.5th percentile over the bootstrap's resamples
 * @param high the 97.5th percentile
 */
public record Estimate(double value, double low, double high) {

  /** A figure without an interval. */
  public static Estimate exactly(double value) {
    return new Estimate(value, Double.NaN, Double.NaN);
  }
}
