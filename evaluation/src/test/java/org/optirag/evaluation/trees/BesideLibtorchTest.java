package org.optirag.evaluation.trees;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.optirag.workspace.Progress;

/** Both libraries bring OpenMP: in one process neither may change what the other does. */
class BesideLibtorchTest {
  private static final long SEED = 20260105;
  private static final int SIZE = 400;

  @Test
  void treesLearnBetweenProductsOfTensors() {
    int threads = torch.get_num_threads();
    float[] before = product();
    Rule train = Rule.draw(2000, SEED);
    Rule validation = Rule.draw(500, SEED + 1);
    LearnedTrees first = learn(train, validation);
    assertThat(product()).containsExactly(before);
    assertThat(torch.get_num_threads()).isEqualTo(threads);
    LearnedTrees again = learn(train, validation);
    assertThat(again.validationLoss()).isEqualTo(first.validationLoss());
    assertThat(product()).containsExactly(before);
  }

  private static LearnedTrees learn(Rule train, Rule validation) {
    TreesSettings settings = new TreesSettings(TreesSettings.DEFAULT.grid(), 30, 10, 30, 2);
    return TreesLearner.learn(
        train.x(), train.y(), validation.x(), validation.y(), settings, SEED, Progress.silent());
  }

  /** Large enough for several threads. */
  private static float[] product() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(SEED);
      Tensor matrix = torch.randn(SIZE, SIZE);
      Tensor product = matrix.matmul(matrix).contiguous();
      float[] values = new float[SIZE * SIZE];
      FloatBuffer buffer =
          new FloatPointer(product.data_ptr_float()).capacity(values.length).asBuffer();
      buffer.get(values);
      return values;
    }
  }
}
