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

  @Test
  void headsFarTooSureOfThemselvesAreCalmed() {
    Random random = new Random(SEED + 1);
    int n = 20_000;
    double[] sure = new double[n];
    boolean[] labels = new boolean[n];
    for (int i = 0; i < n; i++) {
      double s = 1.5 * random.nextGaussian();
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-s));
      sure[i] = 20 * s - 7;
    }
    HeadCalibration fit = HeadCalibration.fit(sure, labels);
    assertThat(fit.slope()).as("seed %d", SEED + 1).isCloseTo(0.05, within(0.005));
    assertThat(fit.bias()).as("seed %d", SEED + 1).isCloseTo(0.35, within(0.06));
  }

  @Test
  void theFitIsTheLeastLossWhereverItStarts() {
    Random random = new Random(SEED + 2);
    for (int round = 0; round < 30; round++) {
      double[] ratios = new double[400];
      boolean[] labels = new boolean[400];
      double stretch = Math.exp(random.nextDouble(-5, 5));
      double shift = 3 * random.nextGaussian();
      for (int i = 0; i < ratios.length; i++) {
        double s = 1.5 * random.nextGaussian();
        labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-s));
        ratios[i] = stretch * (s + shift);
      }
      HeadCalibration fit = HeadCalibration.fit(ratios, labels);
      double loss = loss(fit, ratios, labels);
      double lowest = loss;
      for (double a : new double[] {0.8, 1, 1.25}) {
        for (double b : new double[] {-0.1, 0, 0.1}) {
          HeadCalibration near = new HeadCalibration(a * fit.slope(), fit.bias() + b);
          lowest = Math.min(lowest, loss(near, ratios, labels));
        }
      }
      // The ridge of half an observation may cost a little.
      assertThat(loss).as("seed %d, round %d", SEED + 2, round).isLessThan(lowest + 0.5);
    }
  }

  private static double loss(HeadCalibration calibration, double[] ratios, boolean[] labels) {
    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      double s = calibration.apply(ratios[i]);
      loss += Math.log1p(Math.exp(labels[i] ? -s : s));
    }
    return loss;
  }
}
