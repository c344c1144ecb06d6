package org.optirag.evaluation.trees;

import java.util.Random;

/**
 * Rows by a rule that no sum of features knows: a like is more probable where the first two have
 * the same sign. A third tells nothing, and a tenth of the values is missing.
 *
 * @param x [rows, 3]
 * @param y labels
 */
record Rule(float[][] x, boolean[] y) {

  static Rule draw(int rows, long seed) {
    Random random = new Random(seed);
    float[][] x = new float[rows][3];
    boolean[] y = new boolean[rows];
    for (int row = 0; row < rows; row++) {
      for (int f = 0; f < 3; f++) {
        x[row][f] = random.nextInt(10) == 0 ? Float.NaN : (float) random.nextGaussian();
      }
      y[row] = random.nextDouble() < 1 / (1 + Math.exp(-logit(x[row])));
    }
    return new Rule(x, y);
  }

  private static double logit(float[] row) {
    return Float.isNaN(row[0]) || Float.isNaN(row[1]) ? 0 : 2 * row[0] * row[1];
  }

  /** The mean log loss of what is said of the rows. */
  double loss(Says says) {
    double sum = 0;
    for (int row = 0; row < y.length; row++) {
      double logit = says.logit(x[row]);
      sum += Math.log1p(Math.exp(y[row] ? -logit : logit));
    }
    return sum / y.length;
  }

  /** The loss of whoever knows the rule. */
  double least() {
    return loss(Rule::logit);
  }

  /** Whatever gives log odds. */
  @FunctionalInterface
  interface Says {
    double logit(float[] row);
  }
}
