package org.optirag.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

/** The regression at the heads' start: at its minimum, and what its ridge means. */
class LinearProbeTest {
  private static final int EXAMPLES = 400;
  private static final int NUMBERS = 5;
  private final Random random = new Random(20261125);
  private final float[][] x = new float[EXAMPLES][NUMBERS];
  private final double[] offsets = new double[EXAMPLES];
  private final boolean[] labels = new boolean[EXAMPLES];

  LinearProbeTest() {
    for (int i = 0; i < EXAMPLES; i++) {
      for (int j = 0; j < NUMBERS; j++) {
        x[i][j] = (float) (3 * j + (j + 1) * random.nextGaussian());
      }
      offsets[i] = random.nextGaussian();
      double logit = offsets[i] + 0.8 * (x[i][1] - 3) - 0.5 * (x[i][4] - 12) / 5 + 0.4;
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-logit));
    }
  }

  @Test
  void noStepFromTheMinimumGoesDownhill() {
    double ridge = 0.05;
    LinearProbe probe = LinearProbe.fit(x, offsets, labels, new double[] {ridge}).getFirst();
    double least = objective(probe, ridge);
    for (int j = 0; j <= NUMBERS; j++) {
      for (double step : new double[] {-1e-2, 1e-2}) {
        assertThat(objective(moved(probe, j, step), ridge)).as("number %d", j).isGreaterThan(least);
      }
      double slope =
          (objective(moved(probe, j, 1e-5), ridge) - objective(moved(probe, j, -1e-5), ridge))
              / 2e-5;
      assertThat(slope).as("slope in number %d", j).isCloseTo(0, within(1e-5));
    }
  }

  @Test
  void whatWasPlantedIsFound() {
    LinearProbe probe = LinearProbe.fit(x, offsets, labels, new double[] {1e-4}).getFirst();
    assertThat(probe.weights()[1]).isCloseTo(0.8, within(0.25));
    assertThat(probe.weights()[4]).isCloseTo(-0.1, within(0.08));
    assertThat(probe.weights()[2]).isCloseTo(0, within(0.12));
  }

  @Test
  void aStrongRidgeLeavesTheOffsetsAndALevel() {
    List<LinearProbe> probes = LinearProbe.fit(x, offsets, labels, new double[] {1e6, 1e-3});
    double[] held = probes.getFirst().weights();
    for (double weight : held) {
      assertThat(weight).isCloseTo(0, within(1e-5));
    }
    double sum = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      sum += 1 / (1 + Math.exp(-(offsets[i] + probes.getFirst().of(x[i])))) - (labels[i] ? 1 : 0);
    }
    assertThat(sum / EXAMPLES).as("as many likes as there are").isCloseTo(0, within(1e-4));
    assertThat(Math.abs(probes.getLast().weights()[1])).isGreaterThan(0.4);
  }

  @Test
  void aNumberThatNeverVariesDoesNoHarm() {
    for (float[] row : x) {
      row[3] = 7;
    }
    LinearProbe probe = LinearProbe.fit(x, offsets, labels, new double[] {0.01}).getFirst();
    assertThat(probe.weights()[3]).isCloseTo(0, within(1e-6));
    assertThat(probe.of(x[0])).isFinite();
  }

  private static LinearProbe moved(LinearProbe probe, int number, double step) {
    double[] weights = probe.weights().clone();
    if (number < NUMBERS) {
      weights[number] += step;
      return new LinearProbe(weights, probe.bias());
    }
    return new LinearProbe(weights, probe.bias() + step);
  }

  /** Mean log loss + ridge/2 |w|², w on the standardised numbers; written down a second time. */
  private double objective(LinearProbe probe, double ridge) {
    double sum = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      double logit = offsets[i] + probe.of(x[i]);
      sum += Math.log1p(Math.exp(labels[i] ? -logit : logit)) / EXAMPLES;
    }
    DoubleBinaryOperator square = (weight, deviation) -> weight * weight * deviation * deviation;
    for (int j = 0; j < NUMBERS; j++) {
      sum += ridge / 2 * square.applyAsDouble(probe.weights()[j], deviation(j));
    }
    return sum;
  }

  private double deviation(int number) {
    double mean = 0;
    for (float[] row : x) {
      mean += row[number] / (double) EXAMPLES;
    }
    double squares = 0;
    for (float[] row : x) {
      squares += (row[number] - mean) * (row[number] - mean) / EXAMPLES;
    }
    return Math.sqrt(squares);
  }
}
