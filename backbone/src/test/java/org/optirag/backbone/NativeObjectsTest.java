package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;

/** Whatever libtorch made is gone when its owner is closed, or never came to be. */
class NativeObjectsTest {
  private static final long SEED = 20261205;
  private static final Objective OBJECTIVE =
      new Objective(new double[] {0.5, 1, 2}, 0.7, 2, 0.3, 0.4);

  private final Random random = new Random(SEED);
  private final List<LabelledPrompt> batch = TinyTraining.batch(random, 4);
  private final List<PackedPrompt> prompts = batch.stream().map(LabelledPrompt::tokens).toList();
  private long before;

  @BeforeEach
  void whatIsMadeOnceIsMade() throws InterruptedException {
    live();
    before = -1;
    while (before != Pointer.totalCount()) { // what nobody owns is the collector's, which is late
      before = Pointer.totalCount();
      System.gc();
      Thread.sleep(50);
    }
  }

  private void live() {
    try (Backbone backbone = load(new RandomModel(4, SEED));
        ContextCache contexts = new ContextCache(backbone, 1 << 20);
        Backbone ints = backbone.quantized(new int[] {1, 2, 3});
        TrainableBackbone model = TinyTraining.model(backbone, 0.1, 2, random.nextBoolean());
        TrainableBackbone masked = TinyTraining.masked(backbone, 0.1)) {
      for (Backbone each : List.of(backbone, ints)) {
        try (ForwardPass pass = each.begin(prompts, each == backbone ? contexts : null)) {
          pass.advanceTo(2);
          pass.lastStates();
          pass.keep(new int[] {0, 2});
          pass.advanceTo(4);
          pass.lastStates();
        }
        each.hiddenStates(new int[] {1, 2});
        each.nextTokenLogits(new int[] {1, 2});
        each.meanPooled(List.of(new int[] {1, 2}, new int[] {3}));
      }
      for (TrainableBackbone each : List.of(model, masked)) {
        each.accumulate(batch, OBJECTIVE);
        each.step(LearningRates.uniform(1e-3, 3), AdamW.STANDARD);
        each.logits(prompts, batch.stream().map(LabelledPrompt::features).toList());
      }
    }
  }

  private static Backbone load(Weights weights) {
    return Backbone.loadForTraining(weights, DType.F32, Device.CPU, Progress.silent());
  }

  private void nothingIsLeft(String as) {
    assertThat(Pointer.totalCount()).as(as).isEqualTo(before);
  }

  @Test
  void loadingScoringTrainingAndQuantizingLeaveNothing() {
    for (int round = 0; round < 3; round++) {
      live();
      nothingIsLeft("round " + round);
    }
  }

  /** Weights that break off. */
  private static final class Broken implements Weights {
    private final Weights whole = new RandomModel(4, SEED);
    private final boolean shape;
    private int left;

    Broken(int left, boolean shape) {
      this.left = left;
      this.shape = shape;
    }

    @Override
    public ModelConfig config() {
      return whole.config();
    }

    @Override
    public Set<String> names() {
      return whole.names();
    }

    @Override
    public long[] shape(String name) {
      return shape && left-- == 0 ? new long[] {1} : whole.shape(name);
    }

    @Override
    public void read(String name, FloatBuffer target) {
      if (!shape && left-- == 0) {
        throw new IllegalStateException("the disk is gone");
      }
      whole.read(name, target);
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void aModelThatCannotBeLoadedLeavesNothingWhereverItBreaksOff(DType dtype) {
    int tensors = new RandomModel(4, SEED).names().size();
    for (boolean shape : new boolean[] {false, true}) {
      for (int whole = 0; whole < tensors; whole++) {
        Broken weights = new Broken(whole, shape);
        assertThatThrownBy(() -> Backbone.load(weights, dtype, Device.CPU, Progress.silent()))
            .isInstanceOf(RuntimeException.class);
        nothingIsLeft("%d whole, wrong shape %s".formatted(whole, shape));
      }
    }
  }

  @Test
  void aPassThatFailsLeavesNothingOnceItIsClosed() {
    for (boolean remembering : new boolean[] {false, true}) {
      for (int reached = 0; reached < 4; reached++) {
        try (Backbone backbone = load(new RandomModel(4, SEED));
            ContextCache contexts = new ContextCache(backbone, 1 << 20)) {
          ContextCache cache = remembering ? contexts : null;
          try (ForwardPass pass = backbone.begin(prompts, cache)) {
            pass.advanceTo(2); // some contexts are known when the next pass begins
          }
          try (ForwardPass pass = backbone.begin(prompts, cache)) {
            pass.advanceTo(reached);
            backbone.close();
            assertThatThrownBy(() -> pass.advanceTo(4)).isInstanceOf(RuntimeException.class);
          }
        }
        nothingIsLeft("after block %d, remembering %s".formatted(reached, remembering));
      }
    }
  }

  @Test
  void aPassOfTrainingThatFailsLeavesNothing() {
    List<LabelledPrompt> others = TinyTraining.batch(random, 7);
    for (boolean recompute : new boolean[] {false, true}) {
      for (boolean masked : new boolean[] {false, true}) {
        try (Backbone backbone = load(new RandomModel(4, SEED));
            TrainableBackbone model = TinyTraining.model(backbone, 0.1, 1, recompute)) {
          Dropout ofOthers = Dropout.of(0.1, 1, new int[] {0, 1, 2, 3, 4, 5, 6}, others);
          assertThatThrownBy(() ->
                  new TrainingPass(
                      backbone, model.learnables(), prompts, ofOthers, recompute, masked, true))
              .isInstanceOf(RuntimeException.class);
          try (TrainingPass pass =
              new TrainingPass(
                  backbone, model.learnables(), prompts, null, recompute, masked, true)) {
            assertThatThrownBy(() -> pass.learn(OBJECTIVE, others, new Gradients(model.learning())))
                .isInstanceOf(RuntimeException.class);
          }
        }
        nothingIsLeft("recompute %s, masked %s".formatted(recompute, masked));
      }
    }
  }

  @Test
  void closingTwiceIsClosingOnce() {
    Backbone backbone = load(new RandomModel(4, SEED));
    Backbone ints = backbone.quantized(new int[] {1, 2, 3});
    TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false);
    ForwardPass pass = backbone.begin(prompts);
    pass.advanceTo(2);
    for (int time = 0; time < 2; time++) {
      pass.close();
      model.close();
      ints.close();
      backbone.close();
      nothingIsLeft("time " + time);
    }
  }
}
