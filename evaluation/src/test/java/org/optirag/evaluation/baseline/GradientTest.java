package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;

/** Derivatives by hand against finite differences, on all parameters. */
final class GradientTest {
  private static final Dataset DATA = Planted.data(5);
  private static final Features FEATURES = Features.of(DATA, DATA.interactions());
  private static final NetworkSettings SETTINGS =
      new NetworkSettings(4, List.of(7, 5), 6, 0, 0, 0, 1e-3, 8, 1, 1);

  @Test
  void ofAFactorizationMachine() {
    check(FactorizationMachine::new);
  }

  @Test
  void ofDeepFm() {
    check(DeepFm::new);
  }

  @Test
  void ofDin() {
    check(Din::new);
  }

  @Test
  void ofDinForUsersWithoutAPast() {
    check(Din::new, Batch.of(DATA.interactions(), new int[] {0, 1}, Planted.histories(DATA), 6));
  }

  @Test
  void aFactorizationMachineIsTheSumOverAllPairs() {
    FactorizationMachine machine =
        new FactorizationMachine(FEATURES, SETTINGS, 0.5, new SplittableRandom(1));
    Batch batch = batch();
    FactorizationMachine.Pass pass = machine.forward(batch, null);
    int fields = machine.embeddings().fields();
    for (int row = 0; row < batch.size(); row++) {
      double sum = 0.5;
      for (int a = 0; a < fields; a++) {
        for (int b = a + 1; b < fields; b++) {
          for (int d = 0; d < 4; d++) {
            sum +=
                (double) pass.vectors()[(row * fields + a) * 4 + d]
                    * pass.vectors()[(row * fields + b) * 4 + d];
          }
        }
      }
      assertThat((double) pass.logits()[row]).isCloseTo(sum, within(1e-5));
    }
  }

  private static Batch batch() {
    return Batch.of(
        DATA.interactions(), new int[] {300, 900, 1500, 2200, 2999}, Planted.histories(DATA), 6);
  }

  private static void check(ClickNetwork.Maker maker) {
    check(maker, batch());
  }

  /** The loss is a sum of the log odds with weights of both signs. */
  private static void check(ClickNetwork.Maker maker, Batch batch) {
    SplittableRandom random = new SplittableRandom(20);
    ClickNetwork network = maker.make(FEATURES, SETTINGS, 0.3, random);
    for (Parameters parameters : network.parameters()) {
      for (int i = 0; i < parameters.values().length; i++) {
        parameters.values()[i] += (float) random.nextGaussian(0, 0.3);
      }
    }
    float[] slopes = {1f, -0.5f, 2f, -1.5f, 0.7f};
    network.forward(batch, null).backward(Arrays.copyOf(slopes, batch.size()));
    double squares = 0;
    double wrong = 0;
    for (Parameters parameters : network.parameters()) {
      float[] values = parameters.values();
      for (int i = 0; i < values.length; i++) {
        double found = parameters.gradient()[i];
        double expected = slope(network, batch, slopes, values, i);
        squares += expected * expected;
        wrong += (found - expected) * (found - expected);
      }
    }
    assertThat(squares).isGreaterThan(1);
    // Floats and steps across a ReLU's corner leave some difference.
    assertThat(Math.sqrt(wrong / squares)).isLessThan(5e-3);
  }

  private static double slope(
      ClickNetwork network, Batch batch, float[] slopes, float[] values, int i) {
    float value = values[i];
    float step = 1e-3f;
    values[i] = value + step;
    double above = loss(network, batch, slopes);
    values[i] = value - step;
    double below = loss(network, batch, slopes);
    values[i] = value;
    return (above - below) / (2 * step);
  }

  private static double loss(ClickNetwork network, Batch batch, float[] slopes) {
    float[] logits = network.forward(batch, null).logits();
    double loss = 0;
    for (int row = 0; row < logits.length; row++) {
      loss += (double) slopes[row] * logits[row];
    }
    return loss;
  }
}
