package org.optirag.backbone;

import java.util.Arrays;

/**
 * One context with candidates whose labels are known, to learn from.
 *
 * @param tokens context and candidates
 * @param features what the heads read beside the tokens, [candidates, features]
 * @param labels whether the user liked or clicked, per candidate
 * @param weights how much each candidate counts, not negative
 */
public record LabelledPrompt(
    PackedPrompt tokens, float[][] features, boolean[] labels, float[] weights) {

  /**
   * Takes ownership of the arrays.
   *
   * @throws IllegalArgumentException if there is not one of each a candidate, or a weight is no
   *     number from 0 on
   */
  public LabelledPrompt {
    int n = tokens.candidates().size();
    if (features.length != n || labels.length != n || weights.length != n) {
      throw new IllegalArgumentException(
          "%d candidates, features of %d, labels of %d, weights of %d"
              .formatted(n, features.length, labels.length, weights.length));
    }
    for (float weight : weights) {
      if (!(weight >= 0 && weight <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException("a candidate's weight is " + weight);
      }
    }
  }

  /** Candidates that all count 1. */
  public LabelledPrompt(PackedPrompt tokens, float[][] features, boolean[] labels) {
    this(tokens, features, labels, ones(labels.length));
  }

  /** The sum of the candidates' weights. */
  public double weight() {
    double sum = 0;
    for (float weight : weights) {
      sum += weight;
    }
    return sum;
  }

  private static float[] ones(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }
}
