package org.optirag.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.AdamW;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.LearningRates;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.workspace.UserException;

class SchedulesTest {

  @Test
  void shallowSegmentsLearnFastest() {
    List<Integer> exits = List.of(6, 12, 30);
    assertThat(DepthSchedule.UNIFORM.factors(exits, 0.2)).containsExactly(1, 1, 1);
    assertThat(DepthSchedule.LINEAR.factors(exits, 0.2))
        .containsExactly(new double[] {1, 0.8, 0.2}, within(1e-12));
    assertThat(DepthSchedule.EXPONENTIAL.factors(exits, 0.0625))
        .containsExactly(new double[] {1, 0.5, 0.0625}, within(1e-12));
    assertThat(DepthSchedule.LINEAR.factors(List.of(30), 0.2)).containsExactly(1);
  }

  @Test
  void ratesRiseThenFall() {
    Rates linear = new Rates(0.1, 0.02, 0.5, DepthSchedule.LINEAR, 0.5, Decay.LINEAR, 4);
    assertThat(linear.factor(1, 0, 0.2)).isEqualTo(0.25);
    assertThat(linear.factor(4, 0.15, 0.2)).isEqualTo(1);
    assertThat(linear.factor(9, 0.6, 0.2)).isCloseTo(0.5, within(1e-12));
    assertThat(linear.factor(20, 1, 0.2)).isZero();
    Rates cosine = new Rates(0.1, 0.02, 0.5, DepthSchedule.LINEAR, 0.5, Decay.COSINE, 0);
    assertThat(cosine.factor(1, 0, 0)).isEqualTo(1);
    assertThat(cosine.factor(9, 1.0 / 3, 0)).isCloseTo(0.75, within(1e-12));
    Rates constant = new Rates(0.1, 0.02, 0.5, DepthSchedule.LINEAR, 0.5, Decay.CONSTANT, 0);
    assertThat(constant.factor(9, 0.9, 0)).isEqualTo(1);
    LearningRates rates = linear.times(0.5, List.of(2, 4));
    assertThat(rates.lora()).containsExactly(new double[] {0.05, 0.025}, within(1e-12));
    assertThat(rates.heads()).containsExactly(new double[] {0.01, 0.005}, within(1e-12));
    assertThat(rates.features()).containsExactly(new double[] {0.25, 0.125}, within(1e-12));
  }

  @Test
  void stepsAreCountedOverEpochs() {
    assertThat(new TrainingPlan(3, 0, null, 4, 1, 0, 1).steps(10)).isEqualTo(8);
    assertThat(new TrainingPlan(3, 5, null, 4, 1, 0, 1).steps(10)).isEqualTo(5);
  }

  @Test
  void everyEpochHasEveryPromptOnceInAnotherOrder() {
    List<LabelledPrompt> prompts = TinyTask.prompts(3, 25);
    ShuffledPrompts source = new ShuffledPrompts(prompts, 40, 3, 9);
    List<LabelledPrompt> first = epoch(source, 0);
    assertThat(first).containsExactlyInAnyOrderElementsOf(prompts);
    assertThat(epoch(source, 1)).containsExactlyInAnyOrderElementsOf(prompts).isNotEqualTo(first);
    assertThat(epoch(new ShuffledPrompts(prompts, 40, 3, 9), 0)).isEqualTo(first);
    for (int b = 0; b < source.batches(); b++) {
      List<LabelledPrompt> batch = source.batch(0, b);
      assertThat(batch).hasSizeLessThanOrEqualTo(3);
      assertThat(batch.stream().mapToInt(prompt -> prompt.tokens().tokens()).sum())
          .isLessThanOrEqualTo(40);
    }
    assertThatThrownBy(() -> new ShuffledPrompts(List.of(), 40, 3, 9))
        .isInstanceOf(UserException.class);
  }

  private static List<LabelledPrompt> epoch(ShuffledPrompts source, int epoch) {
    List<LabelledPrompt> all = new ArrayList<>();
    for (int b = 0; b < source.batches(); b++) {
      all.addAll(source.batch(epoch, b));
    }
    return all;
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    TrainingPlan plan = TinyTask.plan(1, 1, 0);
    assertThatThrownBy(() -> new TrainingPlan(0, 0, null, 1, 1, 0, 1))
        .isInstanceOf(UserException.class)
        .hasMessage("The training setting plan.epochs is 0. Give 1 or more.");
    assertThatThrownBy(() -> new Rates(0.1, 2, 0, DepthSchedule.LINEAR, 1, Decay.LINEAR, 0))
        .hasMessage("The training setting rates.heads is 2.0. Give from 0 to 1.");
    assertThatThrownBy(() -> settings(List.of(2, 1), null, plan))
        .hasMessage(
            "The training setting exits is [2, 1]."
                + " Give at least one block, in ascending order.");
    LoraSettings deep = new LoraSettings(2, 2, 0, EnumSet.of(LoraModule.Q_PROJ), 1, 4);
    assertThatThrownBy(() -> settings(List.of(1, 3), deep, plan))
        .hasMessage(
            "The training setting lora.lastBlock is 4. Give a block up to the last exit, 3.");
  }

  private static TrainingSettings settings(
      List<Integer> exits, @Nullable LoraSettings lora, TrainingPlan plan) {
    return new TrainingSettings(
        lora, exits, List.of(), 0, 1, 0, 0, TinyTask.RATES, AdamW.STANDARD, plan, 1, 1, false);
  }
}
