package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
  private static final long SEED = 7;

  @Test
  void theSlopeAtTheMinimumIsZero() {
    Random random = new Random(SEED);
    float[][] x = new float[400][3];
    boolean[] y = new boolean[x.length];
    for (int row = 0; row < x.length; row++) {
      for (int f = 0; f < 3; f++) {
        x[row][f] = (float) random.nextGaussian();
      }
      y[row] = x[row][0] - 2 * x[row][1] + 0.5 + random.nextGaussian() > 0;
    }
    double ridge = 4;
    LogisticRegression fitted = LogisticRegression.fit(x, y, ridge);
    double[] slope = new double[3];
    double slopeOfBias = 0;
    for (int row = 0; row < x.length; row++) {
      double error = fitted.probability(x[row]) - (y[row] ? 1 : 0);
      for (int f = 0; f < 3; f++) {
        slope[f] += error * x[row][f];
      }
      slopeOfBias += error;
    }
    for (int f = 0; f < 3; f++) {
      assertThat(slope[f] + ridge * fitted.weights()[f]).isCloseTo(0, within(1e-3));
    }
    assertThat(slopeOfBias).isCloseTo(0, within(1e-2));
    assertThat(fitted.weights()[0]).isPositive();
    assertThat(fitted.weights()[1]).isNegative();
  }

  @Test
  void theRateIsTheAnswerWithoutFeatures() {
    float[][] x = new float[10][1];
    boolean[] y = new boolean[10];
    y[0] = true;
    assertThat(LogisticRegression.fit(x, y, 1).probability(x[0])).isCloseTo(0.1, within(1e-3));
  }

  @Test
  void labelsAllTheSameAndSeparableOnesStayFinite() {
    float[][] x = {{-3}, {-2}, {2}, {3}};
    boolean[] same = {true, true, true, true};
    assertThat(LogisticRegression.fit(x, same, 1).probability(x[0])).isBetween(0.9, 1.0);
    boolean[] parted = {false, false, true, true};
    LogisticRegression fitted = LogisticRegression.fit(x, parted, 0.01);
    assertThat(fitted.weights()[0]).isFinite().isPositive();
    assertThat(fitted.probability(x[3])).isGreaterThan(0.99);
  }
}
