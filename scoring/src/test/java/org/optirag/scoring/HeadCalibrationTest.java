package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadCalibrationTest {
  private static final long SEED = 20260601;

  @Test
  void findsTheScaleAndShiftThatMadeTheLabels() {
    Random random = new Random(SEED);
    int n = 40_000;
    double[] ratios = new double[n];
    boolean[] labels = new boolean[n];
    for (int i = 0; i < n; i++) {
      ratios[i] = 4 * random.nextGaussian();
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-(0.4 * ratios[i] - 0.7)));
    }
    HeadCalibration fit = HeadCalibration.fit(ratios, labels);
    assertThat(fit.slope()).as("seed %d", SEED).isCloseTo(0.4, within(0.02));
    assertThat(fit.bias()).as("seed %d", SEED).isCloseTo(-0.7, within(0.05));
  }

  @Test
  void separableDataStayFinite() {
    HeadCalibration fit =
        HeadCalibration.fit(new double[] {-1, -2, 1, 2}, new boolean[] {false, false, true, true});
    assertThat(fit.slope()).isBetween(0.5, 100.0);
    assertThat(fit.bias()).isCloseTo(0, within(0.1));
  }

  @Test
  void aHeadThatIsWrongIsIgnoredNotInverted() {
    HeadCalibration fit =
        HeadCalibration.fit(
            new double[] {-3, -2, -4, 2, 3, 4},
            new boolean[] {true, true, true, false, false, false});
    assertThat(fit.slope()).isGreaterThan(0).isLessThan(0.1);
  }
}
