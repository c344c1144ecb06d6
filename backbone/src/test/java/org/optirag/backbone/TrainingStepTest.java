package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

/** Steps, their refusal, and going on from a saved state. */
@Tag("numeric")
class TrainingStepTest {
  private static final long SEED = 20260903;
  private static final Objective GOAL = new Objective(new double[] {1, 1, 1}, 0.5, 1, 0.5, 0.5);
  private static Backbone backbone;

  @TempDir Path directory;

  @BeforeAll
  static void load() {
    backbone = RandomModel.load(SEED);
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  @Test
  void theLossFallsWithTheSteps() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED), 4);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 2, false)) {
      double first = model.accumulate(batch, GOAL).loss();
      for (int i = 0; i < 20; i++) {
        assertThat(model.step(LearningRates.uniform(0.01, 3), AdamW.STANDARD).applied()).isTrue();
        model.accumulate(batch, GOAL);
      }
      assertThat(model.accumulate(batch, GOAL).loss()).isLessThan(first / 3);
      assertThat(model.steps()).isEqualTo(20);
    }
  }

  /** With one step Adam moves every value by its rate against the gradient's sign. */
  @Test
  void everySegmentAndKindLearnsAtItsOwnRate() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 1), 4);
    LearningRates rates =
        new LearningRates(
            new double[] {0, 1e-3, 2e-3},
            new double[] {3e-3, 4e-3, 5e-3},
            new double[] {0, 0, 7e-3});
    AdamW exact = new AdamW(0.9, 0.999, 1e-12, 0, Double.POSITIVE_INFINITY);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false)) {
      List<float[]> before = model.learning().stream().map(p -> p.values().clone()).toList();
      model.accumulate(batch, GOAL);
      List<float[]> gradients =
          model.learning().stream().map(p -> model.gradient(p).clone()).toList();
      model.step(rates, exact);
      for (int p = 0; p < before.size(); p++) {
        Parameter parameter = model.learning().get(p);
        double rate = rates.of(parameter);
        for (int i = 0; i < before.get(p).length; i++) {
          double gradient = gradients.get(p)[i];
          if (Math.abs(gradient) > 1e-4) {
            assertThat((double) parameter.values()[i] - before.get(p)[i])
                .as("%s[%d]", parameter.name(), i)
                .isCloseTo(-rate * Math.signum(gradient), within(2e-6));
          }
        }
      }
      assertThat(model.learning().stream().filter(p -> p.name().startsWith("lora.2.")))
          .allMatch(p -> p.segment() == 1);
      assertThat(model.learning().stream().filter(p -> p.name().startsWith("lora.4.")))
          .allMatch(p -> p.segment() == 2);
    }
  }

  /** Three steps of AdamW with clipping, on one number, by hand. */
  @Test
  void adamWIsTheOneComputedByHand() {
    AdamW adamW = new AdamW(0.9, 0.99, 1e-8, 0.1, 1);
    try (Parameter parameter =
        new Parameter("x", Parameter.Kind.LORA, 0, new float[] {2}, backbone.device(), 1)) {
      double x = 2;
      double m = 0;
      double v = 0;
      float[] gradients = {0.5f, -0.25f, 1};
      for (int t = 1; t <= 3; t++) {
        double g = gradients[t - 1];
        m = 0.9 * m + 0.1 * g;
        v = 0.99 * v + 0.01 * g * g;
        x -= 0.05 * 0.1 * x;
        x -= 0.05 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-8);
        adamW.update(parameter, new float[] {(float) g}, 0.05, t);
        assertThat((double) parameter.values()[0]).isCloseTo(x, within(1e-5));
        assertThat(parameter.leaf().item_float()).isEqualTo(parameter.values()[0]);
      }
    }
  }

  @Test
  void batchesAddedUpAreOneBatch() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 2), 5);
    try (TrainableBackbone whole = TinyTraining.model(backbone, 0, 1, false);
        TrainableBackbone parts = TinyTraining.model(backbone, 0, 1, false)) {
      whole.accumulate(batch, GOAL);
      parts.accumulate(batch.subList(0, 2), GOAL);
      parts.accumulate(batch.subList(2, 5), GOAL);
      double norm = whole.step(LearningRates.uniform(1e-3, 3), AdamW.STANDARD).gradientNorm();
      assertThat(parts.step(LearningRates.uniform(1e-3, 3), AdamW.STANDARD).gradientNorm())
          .isCloseTo(norm, within(1e-4 * norm));
    }
  }

  @Test
  void numbersThatAreNoneAreRefusedAndForgotten() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 3), 2);
    LabelledPrompt first = batch.getFirst();
    float[][] broken = Arrays.stream(first.features()).map(float[]::clone).toArray(float[][]::new);
    broken[0][1] = Float.NaN;
    LabelledPrompt poisoned = new LabelledPrompt(first.tokens(), broken, first.labels());
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false)) {
      List<float[]> before = model.learning().stream().map(p -> p.values().clone()).toList();
      BatchLoss loss = model.accumulate(List.of(poisoned), GOAL);
      assertThat(loss.finite()).isFalse();
      StepResult refused = model.step(LearningRates.uniform(0.1, 3), AdamW.STANDARD);
      assertThat(refused.applied()).isFalse();
      assertThat(model.steps()).isZero();
      for (int p = 0; p < before.size(); p++) {
        assertThat(model.learning().get(p).values()).containsExactly(before.get(p));
      }
      assertThat(model.accumulate(batch, GOAL).finite()).isTrue();
      assertThat(model.step(LearningRates.uniform(0.1, 3), AdamW.STANDARD).applied()).isTrue();
    }
  }

  @Test
  void goingOnFromASavedStateIsExact() {
    Path file = directory.resolve("state.safetensors");
    List<List<LabelledPrompt>> batches = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      batches.add(TinyTraining.batch(new Random(SEED + 10 + i), 3));
    }
    List<Double> expected = new ArrayList<>();
    List<float[]> values;
    try (TrainableBackbone model = TinyTraining.model(backbone, 0.2, 2, false)) {
      for (int i = 0; i < 6; i++) {
        if (i == 3) {
          model.save(file, Map.of("epoch", "7"));
        }
        expected.add(learn(model, batches.get(i)));
      }
      values = model.learning().stream().map(p -> p.values().clone()).toList();
    }
    try (TrainableBackbone model = TinyTraining.model(backbone, 0.2, 2, false)) {
      learn(model, batches.get(5));
      assertThat(model.restore(file)).containsExactly(Map.entry("epoch", "7"));
      assertThat(model.steps()).isEqualTo(3);
      for (int i = 3; i < 6; i++) {
        assertThat(learn(model, batches.get(i))).isEqualTo(expected.get(i));
      }
      for (int p = 0; p < values.size(); p++) {
        assertThat(model.learning().get(p).values()).containsExactly(values.get(p));
      }
    }
  }

  private static double learn(TrainableBackbone model, List<LabelledPrompt> batch) {
    double loss = model.accumulate(batch, GOAL).loss();
    model.step(LearningRates.uniform(0.01, 3), AdamW.STANDARD);
    return loss;
  }

  @Test
  void statesOfOtherTrainingsAreRefused() throws IOException {
    Path file = directory.resolve("state.safetensors");
    try (TrainableBackbone model =
            new TrainableBackbone(
                backbone, null, TinyTraining.heads(backbone), new TrainingOptions(5, 1, false));
        TrainableBackbone other = TinyTraining.model(backbone, 0, 1, false)) {
      model.save(file, Map.of());
      assertThatThrownBy(() -> other.restore(file))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("lora.2.q_proj.a is missing, not [3, 32]");
      other.save(file, Map.of());
      assertThatThrownBy(() -> model.restore(file)).hasMessageContaining("tensors, not");
      Files.write(file, new byte[20]);
      assertThatThrownBy(() -> model.restore(file)).isInstanceOf(UserException.class);
    }
  }
}
