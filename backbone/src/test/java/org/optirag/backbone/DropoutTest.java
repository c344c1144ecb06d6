package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("numeric")
class DropoutTest {
  private static final double RATE = 0.3;

  @Test
  void aDeviceDrawsTheNumbersOfTheProcessor() {
    Libtorch.load();
    List<LabelledPrompt> prompts = TinyTraining.batch(new Random(8), 4);
    int tokens = prompts.stream().mapToInt(prompt -> prompt.tokens().tokens()).sum();
    int candidates = prompts.stream().mapToInt(prompt -> prompt.labels().length).sum();
    Dropout dropout = Dropout.of(RATE, 77, new int[] {0, 1, 2, 3}, prompts);
    try (PointerScope scope = new PointerScope()) {
      for (int rows : new int[] {tokens, candidates}) {
        for (int block = 1; block < 4; block++) {
          float[][] filled = Tensors.rows(dropout.filled(block, Projection.DOWN, rows, 48));
          float[][] computed =
              Tensors.rows(
                  dropout.computed(
                      block, Projection.DOWN, rows, 48, new org.bytedeco.pytorch.Device("cpu")));
          assertThat(computed).isDeepEqualTo(filled);
        }
      }
    }
  }

  @Test
  void asManyAreDroppedAsTheRateSaysAndTheMeanStays() {
    Libtorch.load();
    List<LabelledPrompt> prompts = TinyTraining.batch(new Random(9), 4);
    int tokens = prompts.stream().mapToInt(prompt -> prompt.tokens().tokens()).sum();
    Dropout dropout = Dropout.of(RATE, 1, new int[] {0, 1, 2, 3}, prompts);
    double sum = 0;
    int dropped = 0;
    int all = 0;
    try (PointerScope scope = new PointerScope()) {
      for (float[] row : Tensors.rows(dropout.filled(1, Projection.QKV, tokens, 1024))) {
        for (float value : row) {
          sum += value;
          dropped += value == 0 ? 1 : 0;
          all++;
        }
      }
    }
    assertThat((double) dropped / all).isCloseTo(RATE, within(0.01));
    assertThat(sum / all).isCloseTo(1, within(0.01));
  }
}
