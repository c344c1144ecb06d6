package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same numbers on a GPU as on the processor; skipped where there is no GPU. */
class CudaTest {
  private static final long SEED = 20261126;
  private static final int BLOCKS = 4;
  private static Backbone cpu;
  private static Backbone cuda;

  @BeforeAll
  static void load() {
    cpu = RandomModel.load(BLOCKS, SEED);
    Assumptions.assumeTrue(torch.cuda_is_available(), "no CUDA device that libtorch can use");
    cuda = RandomModel.load(BLOCKS, SEED, Device.CUDA);
  }

  @AfterAll
  static void close() {
    cpu.close();
    if (cuda != null) {
      cuda.close();
    }
  }

  @Test
  void hiddenStatesAreThoseOfTheProcessor() {
    int[] tokens = new Random(SEED).ints(40, 0, RandomModel.VOCABULARY).toArray();
    float[][][] expected = cpu.hiddenStates(tokens);
    float[][][] found = cuda.hiddenStates(tokens);
    for (int block = 0; block <= BLOCKS; block++) {
      for (int token = 0; token < tokens.length; token++) {
        assertThat(found[block][token])
            .as("block %d, token %d", block, token)
            .containsExactly(expected[block][token], within(2e-4f));
      }
    }
  }

  @Test
  void candidatesAreScoredAndDroppedAlike() {
    List<PackedPrompt> prompts =
        TinyTraining.batch(new Random(SEED), 3).stream().map(LabelledPrompt::tokens).toList();
    try (ContextCache cache = new ContextCache(cuda, 1 << 24)) {
      for (int round = 0; round < 3; round++) { // the last finds its contexts remembered
        try (ForwardPass expected = cpu.begin(prompts);
            ForwardPass found = round == 0 ? cuda.begin(prompts) : cuda.begin(prompts, cache)) {
          for (int block : new int[] {2, BLOCKS}) {
            expected.advanceTo(block);
            found.advanceTo(block);
            float[][] states = expected.lastStates();
            float[][] same = found.lastStates();
            for (int c = 0; c < states.length; c++) {
              assertThat(same[c])
                  .as("round %d, block %d, candidate %d", round, block, c)
                  .containsExactly(states[c], within(5e-4f));
            }
            int[] kept = {0, expected.candidates().length - 1};
            expected.keep(kept);
            found.keep(kept);
          }
        }
      }
    }
  }

  @Test
  void trainingTakesTheSameSteps() {
    Objective goal = new Objective(new double[] {0.5, 1, 2}, 0.7, 2, 0.3, 0.4);
    try (TrainableBackbone expected = TinyTraining.model(cpu, 0.1, 1, false);
        TrainableBackbone found = TinyTraining.model(cuda, 0.1, 1, false)) {
      for (int step = 0; step < 5; step++) {
        List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + step), 4);
        double loss = expected.accumulate(batch, goal).loss();
        assertThat(found.accumulate(batch, goal).loss())
            .as("step %d", step)
            .isCloseTo(loss, within(2e-3 * Math.abs(loss)));
        double norm = expected.step(LearningRates.uniform(1e-3, 3), AdamW.STANDARD).gradientNorm();
        assertThat(found.step(LearningRates.uniform(1e-3, 3), AdamW.STANDARD).gradientNorm())
            .as("step %d", step)
            .isCloseTo(norm, within(5e-3 * norm));
      }
    }
  }
}
