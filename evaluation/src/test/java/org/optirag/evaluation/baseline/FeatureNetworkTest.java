package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureNetworkTest {
  private static final long SEED = 7;

  /** Likes lie where two features have the same sign: no sum of them tells. */
  private static float[][] points(int n, Random random) {
    float[][] x = new float[n][];
    for (int i = 0; i < n; i++) {
      x[i] = new float[] {(float) random.nextGaussian(), (float) random.nextGaussian()};
    }
    return x;
  }

  private static boolean[] labels(float[][] x, Random random) {
    boolean[] y = new boolean[x.length];
    for (int i = 0; i < y.length; i++) {
      double odds = Math.exp(2 * x[i][0] * x[i][1]);
      y[i] = random.nextDouble() < odds / (1 + odds);
    }
    return y;
  }

  private static double loss(FeatureNetwork network, float[][] x, boolean[] y) {
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      double logit = network.logit(x[i]);
      sum += Math.log1p(Math.exp(y[i] ? -logit : logit));
    }
    return sum / y.length;
  }

  @Test
  void unitsLearnWhatSumsCannot() {
    Random random = new Random(SEED);
    float[][] x = points(4000, random);
    boolean[] y = labels(x, random);
    float[][] heldX = points(1000, random);
    boolean[] heldY = labels(heldX, random);
    LogisticRegression start = LogisticRegression.fit(x, y, 1);
    FeatureNetwork network = FeatureNetwork.fit(start, x, y, heldX, heldY, SEED);
    float[][] newX = points(2000, random);
    boolean[] newY = labels(newX, random);
    // The regression is at ln 2 = 0.693; whoever knows the rule is at 0.47.
    assertThat(loss(network, newX, newY)).isBetween(0.42, 0.56);
  }

  @Test
  void itStaysTheRegressionWhereUnitsDoHarm() {
    Random random = new Random(SEED);
    float[][] x = points(200, random);
    boolean[] y = labels(x, random);
    boolean[] turned = new boolean[y.length];
    for (int i = 0; i < y.length; i++) {
      turned[i] = !y[i]; // on validation all that could be learned is wrong
    }
    LogisticRegression start = new LogisticRegression(new double[2], 0);
    FeatureNetwork network = FeatureNetwork.fit(start, x, y, x, turned, SEED);
    for (float[] row : x) {
      assertThat(network.logit(row)).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void theSameSeedGivesTheSameNetwork() {
    Random random = new Random(SEED);
    float[][] x = points(300, random);
    boolean[] y = labels(x, random);
    LogisticRegression start = LogisticRegression.fit(x, y, 1);
    FeatureNetwork one = FeatureNetwork.fit(start, x, y, x, y, SEED);
    FeatureNetwork other = FeatureNetwork.fit(start, x, y, x, y, SEED);
    assertThat(other.weights()).isEqualTo(one.weights());
    assertThat(other.units()).isEqualTo(one.units());
    assertThat(FeatureNetwork.fit(start, x, y, x, y, SEED + 9).units()).isNotEqualTo(one.units());
  }
}
