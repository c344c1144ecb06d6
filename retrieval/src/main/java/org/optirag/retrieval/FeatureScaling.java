package org.optirag.retrieval;

import java.util.Arrays;

/**
 * Brings features to one scale: x' = (x − mean) / deviation, cut at ±3, so that a rare extreme
 * cannot drown the others. NaN, and features that never vary, become 0.
 *
 * @param mean per feature; treat as immutable
 * @param deviation per feature, 0 if it never varies; treat as immutable
 */
public record FeatureScaling(float[] mean, float[] deviation) {
  /** The farthest from the mean, in deviations. */
  public static final float BOUND = 3;

  private static final double SMALLEST = 1e-6; // of the mean; below lies the rounding of floats

  /** Checks the lengths. */
  public FeatureScaling {
    if (mean.length != deviation.length) {
      throw new IllegalArgumentException(
          mean.length + " means, " + deviation.length + " deviations");
    }
  }

  /**
   * The mean and deviation of each feature over training examples, NaN left out.
   *
   * @param rows [examples, features], all of one length
   * @throws IllegalArgumentException if there are no rows
   */
  public static FeatureScaling fit(float[][] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("no rows to fit a scale to");
    }
    int features = rows[0].length;
    float[] mean = new float[features];
    float[] deviation = new float[features];
    for (int f = 0; f < features; f++) {
      int feature = f;
      double[] present =
          Arrays.stream(rows)
              .mapToDouble(row -> row[feature])
              .filter(x -> !Double.isNaN(x))
              .toArray();
      double centre = Arrays.stream(present).average().orElse(0);
      double variance =
          Arrays.stream(present).map(x -> (x - centre) * (x - centre)).average().orElse(0);
      mean[f] = (float) centre;
      double spread = Math.sqrt(variance);
      deviation[f] = spread <= SMALLEST * Math.abs(centre) ? 0 : (float) spread;
    }
    return new FeatureScaling(mean, deviation);
  }

  /**
   * The features on the common scale.
   *
   * @param features as {@link CandidateFeatures} gives them
   * @return a new array of values in [−3, 3]
   * @throws IllegalArgumentException if there are more or fewer features than means
   */
  public float[] apply(float[] features) {
    if (features.length != mean.length) {
      throw new IllegalArgumentException(
          features.length + " features for a scale of " + mean.length);
    }
    float[] scaled = new float[features.length];
    for (int f = 0; f < scaled.length; f++) {
      if (deviation[f] > 0 && !Float.isNaN(features[f])) {
        scaled[f] = Math.clamp((features[f] - mean[f]) / deviation[f], -BOUND, BOUND);
      }
    }
    return scaled;
  }

  /** All rows on the common scale, as new arrays. */
  public float[][] apply(float[][] rows) {
    return Arrays.stream(rows).map(this::apply).toArray(float[][]::new);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureScaling that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(deviation, that.deviation);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(deviation);
  }

  @Override
  public String toString() {
    return "mean " + Arrays.toString(mean) + ", deviation " + Arrays.toString(deviation);
  }
}
