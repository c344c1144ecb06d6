package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is chosen from measured speeds. */
@Tag("numeric")
class ProductSpeedsTest {
  private static final long SEED = 20261130;

  private static ProductSpeeds.Kernel runs(DType dtype, String name, double milliseconds) {
    return new ProductSpeeds.Kernel(dtype, name, milliseconds, null);
  }

  private static ProductSpeeds speeds(double f32, double bf16, double int8) {
    return new ProductSpeeds(
        List.of(
            runs(DType.F32, "as in the file", f32),
            runs(DType.BF16, "as in the file", bf16),
            runs(DType.BF16, "packed for oneDNN", bf16),
            new ProductSpeeds.Kernel(DType.INT8, "oneDNN, signed", Double.NaN, "its sums are off"),
            runs(DType.INT8, "FBGEMM", int8),
            runs(DType.INT8, "_int_mm", 2 * int8)),
        false);
  }

  @Test
  void theFastestTypeIsTakenAndATieKeepsF32() {
    assertThat(speeds(10, 5, 3).fastestToTrain()).isEqualTo(DType.BF16);
    assertThat(speeds(10, 9.5, 3).fastestToTrain()).isEqualTo(DType.F32);
    assertThat(speeds(10, 100, 3).fastestToTrain()).isEqualTo(DType.F32);
    assertThat(speeds(10, 5, 3).fastestToScore()).isEqualTo(DType.BF16);
  }

  @Test
  void eightBitsPayOnlyWhereTheyAreFasterThanBothOthers() {
    assertThat(speeds(10, 5, 3).int8Pays()).isTrue();
    assertThat(speeds(10, 5, 7).int8Pays()).isFalse();
    assertThat(speeds(6, 50, 7).int8Pays()).isFalse();
  }

  @Test
  void theFastestKernelThatWasNotDroppedMultiplies() {
    assertThat(speeds(10, 5, 3).int8()).isEqualTo(Int8Kernel.FBGEMM);
    ProductSpeeds none =
        new ProductSpeeds(
            List.of(
                runs(DType.F32, "as in the file", 1),
                new ProductSpeeds.Kernel(DType.INT8, "FBGEMM", Double.NaN, "did not end")),
            true);
    assertThat(none.int8()).as("the one that every libtorch has").isEqualTo(Int8Kernel.PLAIN);
    assertThat(none.int8Pays()).isFalse();
    assertThat(none.fastestToScore()).isEqualTo(DType.F32);
  }

  @Test
  void onThisMachineTheChosenKernelsRun() {
    try (Backbone model = RandomModel.load(4, SEED)) {
      ProductSpeeds speeds = ProductSpeeds.of(model.config());
      assertThat(speeds.kernels().getFirst().dropped()).as("f32").isNull();
      assertThat(speeds.fastest(DType.INT8)).as(String.join("\n", speeds.lines())).isNotNull();
      assertThat(ProductSpeeds.of(model.config())).as("measured once").isSameAs(speeds);
      assertThat(speeds.lines()).hasSize(speeds.kernels().size());
    }
  }
}
