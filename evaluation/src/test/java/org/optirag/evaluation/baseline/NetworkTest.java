package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NetworkTest {
  @Test
  void derivativesByTheInputsEqualDifferences() {
    SplittableRandom random = new SplittableRandom(2);
    Network network = new Network(5, List.of(6, 3), 0, random);
    int rows = 7;
    float[] x = normal(rows * 5, random);
    float[] slopes = normal(rows, random);
    float[] found = network.forward(x, rows, null).backward(slopes, false);
    for (int i = 0; i < x.length; i++) {
      float value = x[i];
      x[i] = value + 1e-2f;
      double above = loss(network, x, rows, slopes);
      x[i] = value - 1e-2f;
      double below = loss(network, x, rows, slopes);
      x[i] = value;
      assertThat((double) found[i]).isCloseTo((above - below) / 2e-2, within(5e-2));
    }
  }

  @Test
  void dropoutIsWithoutBiasAndItsWayBackDropsTheSame() {
    SplittableRandom random = new SplittableRandom(3);
    Network network = new Network(4, List.of(400), 0.3, random);
    float[] x = normal(4, random);
    float plain = network.forward(x, 1, null).outputs()[0];
    double sum = 0;
    for (int run = 0; run < 2000; run++) {
      sum += network.forward(x, 1, random).outputs()[0];
    }
    assertThat(sum / 2000).isCloseTo(plain, within(0.05));
    // With one layer above it, the output is linear in what was kept: w · x = Σ slope · x.
    Network.Pass pass = network.forward(x, 1, random);
    float[] slopes = pass.backward(new float[] {1}, true);
    double product = 0;
    for (int i = 0; i < 4; i++) {
      product += slopes[i] * x[i];
    }
    assertThat(product).isCloseTo(pass.outputs()[0], within(1e-4));
  }

  @Test
  void adamMovesByTheLearningRateFirstAndOnlyWhatWasTouched() {
    Parameters parameters = new Parameters(3, 2);
    parameters.touch(1);
    parameters.gradient()[2] = 0.01f;
    parameters.gradient()[3] = -5;
    parameters.step(0.1, 1);
    assertThat(parameters.values())
        .containsExactly(new float[] {0, 0, -0.1f, 0.1f, 0, 0}, within(1e-5f));
    assertThat(parameters.gradient()).containsOnly(0);
    parameters.step(0.1, 2);
    assertThat(parameters.values()[2]).isCloseTo(-0.1f, within(1e-5f));
  }

  private static float[] normal(int size, SplittableRandom random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double loss(Network network, float[] x, int rows, float[] slopes) {
    float[] outputs = network.forward(x, rows, null).outputs();
    double loss = 0;
    for (int row = 0; row < rows; row++) {
      loss += (double) slopes[row] * outputs[row];
    }
    return loss;
  }
}
