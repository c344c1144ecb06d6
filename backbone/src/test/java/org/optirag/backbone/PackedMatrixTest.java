package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.optirag.workspace.Progress;

/** Packed weights against the plain ones. */
@Tag("numeric")
@EnabledIf("available")
class PackedMatrixTest {
  private static final torch.ScalarType BF16 = torch.ScalarType.BFloat16;
  private static final long SEED = 20261127;

  private Random random;

  static boolean available() {
    Libtorch.load();
    return PackedMatrix.available();
  }

  @BeforeEach
  void seed() {
    random = new Random(SEED);
  }

  @Test
  void productsAreThoseOfThePlainWeights() {
    try (PointerScope scope = new PointerScope()) {
      for (int[] shape : shapes()) {
        Tensor x = numbers(shape[0], shape[1]);
        Tensor weight = numbers(shape[2], shape[1]);
        try (PackedMatrix packed = PackedMatrix.of(weight)) {
          assertNear(packed.times(x), exact(x, weight), shape);
        }
      }
    }
  }

  @Test
  void aGatedUnitIsThatOfThePlainWeights() {
    try (PointerScope scope = new PointerScope()) {
      for (int[] shape : shapes()) {
        Tensor x = numbers(shape[0], shape[1]);
        Tensor both = numbers(2L * shape[2], shape[1]);
        Tensor gate = exact(x, both.narrow(0, 0, shape[2]));
        Tensor up = exact(x, both.narrow(0, shape[2], shape[2]));
        GatedUnit.Packed packed = GatedUnit.Packed.of(both);
        assertNear(packed.of(x, null), torch.silu(gate).mul(up), shape);
        packed.close();
      }
    }
  }

  @Test
  void aModelForScoringReadsAsOneForTraining() {
    RandomModel weights = new RandomModel(4, SEED);
    Progress silent = Progress.silent();
    try (Backbone plain = Backbone.loadForTraining(weights, DType.BF16, Device.CPU, silent);
        Backbone packed = Backbone.load(weights, DType.BF16, Device.CPU, silent)) {
      for (int length : new int[] {1, 7, 64, 127}) {
        int[] tokens = random.ints(length, 0, plain.config().vocabulary()).toArray();
        float[] expected = plain.nextTokenLogits(tokens);
        float[] found = packed.nextTokenLogits(tokens);
        float largest = 0;
        for (float logit : expected) {
          largest = Math.max(largest, Math.abs(logit));
        }
        for (int i = 0; i < expected.length; i++) {
          assertThat(found[i]).isCloseTo(expected[i], within(0.03f * largest));
        }
      }
    }
  }

  @Test
  void aModelForScoringIsNeitherTrainedNorQuantized() {
    try (Backbone packed =
        Backbone.load(new RandomModel(4, SEED), DType.BF16, Device.CPU, Progress.silent())) {
      assertThatThrownBy(() -> packed.quantized(new int[] {1, 2, 3}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("load it for training");
      assertThatThrownBy(() ->
              new TrainableBackbone(
                  packed, null, TinyTraining.heads(packed), new TrainingOptions(1, 1, false)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("load it for training");
    }
  }

  @Test
  void nothingStaysBehind() {
    loadAndRead();
    long before = Pointer.totalCount();
    loadAndRead();
    assertThat(Pointer.totalCount()).as("native objects").isLessThanOrEqualTo(before);
  }

  private static void loadAndRead() {
    try (Backbone backbone =
        Backbone.load(new RandomModel(2, SEED), DType.BF16, Device.CPU, Progress.silent())) {
      backbone.nextTokenLogits(new int[] {1, 2, 3});
    }
  }

  /** Rows, inputs and outputs: odd ones, and those of real projections. */
  private List<int[]> shapes() {
    return List.of(
        new int[] {1, 32, 16},
        new int[] {1, 576, 960},
        new int[] {3, 33, 7},
        new int[] {random.nextInt(2, 99), random.nextInt(2, 99), random.nextInt(2, 99)},
        new int[] {75, 576, 1536},
        new int[] {575, 1536, 576});
  }

  private Tensor numbers(long rows, long columns) {
    float[] numbers = new float[(int) (rows * columns)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return Tensor.create(numbers, rows, columns).to(BF16);
  }

  private static Tensor exact(Tensor x, Tensor weight) {
    return torch.linear(x.to(Tensors.F32), weight.to(Tensors.F32));
  }

  /** To within what bf16 rounds away, twice. */
  private static void assertNear(Tensor found, Tensor expected, int[] shape) {
    float[][] rows = Tensors.rows(found);
    float[][] exact = Tensors.rows(expected);
    float largest = expected.abs().max().item_float();
    assertThat(rows).as(Arrays.toString(shape)).hasDimensions(exact.length, exact[0].length);
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < rows[row].length; i++) {
        assertThat(rows[row][i])
            .as("row %d, %d of %s", row, i, Arrays.toString(shape))
            .isCloseTo(exact[row][i], within(Math.abs(exact[row][i]) / 64 + largest / 4096));
      }
    }
  }
}
