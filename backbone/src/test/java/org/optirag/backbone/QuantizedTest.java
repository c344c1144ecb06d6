package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.workspace.UserException;

/** Blocks in 8 bits against the same in f32. */
@Tag("numeric")
class QuantizedTest {
  private static final long SEED = 20261126;

  /**
   * The kernels that this processor multiplies exactly with, be they slow; each machine has one.
   */
  static List<Int8Kernel> exactHere() {
    try (Backbone model = RandomModel.load(4, SEED)) {
      List<String> wrong =
          ProductSpeeds.of(model.config()).kernels().stream()
              .filter(kernel -> kernel.dropped() != null && !kernel.dropped().contains("slower"))
              .map(ProductSpeeds.Kernel::name)
              .toList();
      return Arrays.stream(Int8Kernel.values())
          .filter(kernel -> !wrong.contains(kernel.label()))
          .toList();
    }
  }

  private static Int8Matrix matrix(Tensor weight, Int8Kernel kernel) {
    return Int8Matrix.of(weight, kernel, Tensors.F32);
  }

  @ParameterizedTest
  @MethodSource("exactHere")
  void aProductIsOffByRoundingAlone(Int8Kernel kernel) {
    Random random = new Random(SEED);
    try (PointerScope scope = new PointerScope()) {
      for (int[] shape : new int[][] {{1, 32, 16}, {5, 48, 33}, {70, 64, 96}, {60, 576, 320}}) {
        float[] x = numbers(random, shape[0] * shape[1]);
        float[] w = numbers(random, shape[2] * shape[1]);
        // A token whose numbers are a thousand times the others' must not coarsen them.
        for (int i = 0; i < shape[1]; i++) {
          x[i] *= 1000;
        }
        Tensor input = Tensor.create(x, shape[0], shape[1]);
        Tensor weight = Tensor.create(w, shape[2], shape[1]);
        float[][] expected = Tensors.rows(torch.linear(input, weight));
        Int8Matrix matrix = matrix(weight, kernel);
        float[][] found = Tensors.rows(matrix.times(input));
        for (int row = 0; row < shape[0]; row++) {
          assertThat(relativeError(found[row], expected[row]))
              .as("row %d of %s", row, Arrays.toString(shape))
              .isLessThan(kernel.greatestWeight() == 127 ? 0.03 : 0.04);
        }
        matrix.close();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("exactHere")
  void numbersThatFitAreExact(Int8Kernel kernel) {
    int most = kernel.greatestWeight();
    try (PointerScope scope = new PointerScope()) {
      Tensor input = Tensor.create(new float[] {127, -3, 0, 50, 2, 127}, 2, 3);
      Tensor weight = Tensor.create(new float[] {1, most, -4, -most, 9, 2}, 2, 3);
      Int8Matrix matrix = matrix(weight, kernel);
      float[][] found = Tensors.rows(matrix.times(input));
      assertThat(found[0][0]).isEqualTo(127 - 3 * most);
      assertThat(found[0][1]).isEqualTo(-127 * most - 3 * 9);
      assertThat(found[1][0]).isEqualTo(50 + 2 * most - 4 * 127);
      assertThat(found[1][1]).isEqualTo(-50 * most + 2 * 9 + 2 * 127);
      matrix.close();
    }
  }

  @Test
  void theRealModelInEightBitsStaysNearTheOneInF32() throws Exception {
    try (SafetensorsFile golden =
            SafetensorsFile.open(
                Path.of(
                    QuantizedTest.class
                        .getResource("/golden/smollm2-hidden-states.safetensors")
                        .toURI()));
        Backbone plain = RealModel.load(DType.F32);
        Backbone quantized = plain.quantized(HiddenStatesTest.tokens(golden, 0))) {
      assertThat(quantized.dtype()).isEqualTo(DType.INT8);
      double sum = 0;
      int prompts = 12;
      for (int prompt = 1; prompt <= prompts; prompt++) {
        int[] tokens = HiddenStatesTest.tokens(golden, prompt);
        PackedPrompt packed = new PackedPrompt(new int[0], List.of(tokens));
        sum += relativeError(states(quantized, packed)[0], states(plain, packed)[0]) / prompts;
      }
      // Weights of 7 bits, where 8 would overflow, are that much coarser.
      Int8Kernel kernel = ProductSpeeds.of(plain.config()).int8();
      assertThat(sum)
          .as("mean relative error of the last state, %s", kernel)
          .isLessThan(kernel.greatestWeight() == 127 ? 0.1 : 0.11);
    }
  }

  @Test
  void theModelItWasMadeOfMayGoFirst() {
    Backbone plain = RandomModel.load(4, SEED);
    int[] sample = tokens(plain, new Random(1), 50);
    long before = Pointer.totalCount();
    Backbone quantized = plain.quantized(sample);
    float[] expected = quantized.nextTokenLogits(sample);
    plain.close();
    assertThat(quantized.nextTokenLogits(sample)).containsExactly(expected);
    quantized.close();
    assertThat(Pointer.totalCount()).as("native objects").isLessThanOrEqualTo(before);
  }

  @Test
  void whatCannotBeDoneInEightBitsIsSaid() {
    try (Backbone plain = RandomModel.load(4, SEED);
        Backbone quantized = plain.quantized(new int[] {1, 2, 3})) {
      assertThatThrownBy(() -> quantized.quantized(new int[] {1}))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("in f32 or bf16");
      assertThatThrownBy(() ->
              new TrainableBackbone(
                  quantized, null, TinyTraining.heads(plain), new TrainingOptions(1, 1, false)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("8 bits cannot be trained");
    }
  }

  private static float[][] states(Backbone backbone, PackedPrompt prompt) {
    try (ForwardPass pass = backbone.begin(List.of(prompt))) {
      pass.advanceTo(backbone.config().blocks());
      return pass.lastStates();
    }
  }

  private static double relativeError(float[] found, float[] expected) {
    double error = 0;
    double size = 0;
    for (int i = 0; i < found.length; i++) {
      error += (found[i] - expected[i]) * (double) (found[i] - expected[i]);
      size += expected[i] * (double) expected[i];
    }
    return Math.sqrt(error / size);
  }

  private static int[] tokens(Backbone backbone, Random random, int length) {
    return random.ints(length, 0, backbone.config().vocabulary()).toArray();
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
