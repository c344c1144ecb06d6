package org.optirag.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.PlacedHead;
import org.optirag.backbone.TrainableBackbone;
import org.optirag.backbone.TrainingOptions;
import org.optirag.workspace.Progress;

/** Heads fitted to a tiny model's states. */
class FittedHeadsTest {
  private static final List<Integer> EXITS = List.of(1, 2);
  private static final List<LabelledPrompt> LEARNED = TinyTask.prompts(3, 400);
  private static final List<LabelledPrompt> HELD = TinyTask.prompts(4, 60);

  @Test
  void aModelThatWasNeverTrainedSeesTheRuleAtOnce() {
    try (Backbone backbone = TinyTask.backbone()) {
      ExitHead start = TinyTask.start(backbone);
      assertThat(aucs(backbone, HeadStart.SAME, start)[1]).isBetween(0.3, 0.7);
      double[] fitted = aucs(backbone, new FittedHeads(LEARNED, HELD), start);
      assertThat(fitted[0]).isGreaterThan(0.9);
      assertThat(fitted[1]).isGreaterThan(0.8);
    }
  }

  @Test
  void whereFeaturesSayAllTheStatesAreHeldIn() {
    List<LabelledPrompt> learned = noisy(LEARNED, 5);
    List<LabelledPrompt> held = noisy(HELD, 6);
    try (Backbone backbone = TinyTask.backbone()) {
      ExitHead own = TinyTask.start(backbone);
      float[] nothing = new float[own.hidden()];
      ExitHead start =
          new ExitHead(own.norm(), own.epsilon(), nothing, nothing, new float[] {1}, 0.5f);
      for (PlacedHead placed :
          new FittedHeads(learned, held).heads(backbone, start, EXITS, Progress.silent())) {
        assertThat(placed.head().featureWeights()).containsExactly(1);
        float[][] states = {random(own.hidden(), 7), random(own.hidden(), 8)};
        float[][] logits = placed.head().logits(states, new float[][] {{2}, {2}});
        assertThat(logits[0][1] - logits[0][0])
            .as("two states, one answer")
            .isCloseTo(logits[1][1] - logits[1][0], within(0.2f));
      }
    }
  }

  private static double[] aucs(Backbone backbone, HeadStart start, ExitHead head) {
    List<PlacedHead> heads = start.heads(backbone, head, EXITS, Progress.silent());
    try (TrainableBackbone model =
        new TrainableBackbone(backbone, null, heads, new TrainingOptions(1, 1, false))) {
      return new HeldOut(HELD, 100).read(model).aucs();
    }
  }

  /** The same prompts with labels drawn by the feature alone, log odds feature + 0.5. */
  private static List<LabelledPrompt> noisy(List<LabelledPrompt> prompts, long seed) {
    Random random = new Random(seed);
    List<LabelledPrompt> noisy = new ArrayList<>();
    for (LabelledPrompt prompt : prompts) {
      boolean[] labels = new boolean[prompt.labels().length];
      float[][] features = new float[labels.length][1];
      for (int c = 0; c < labels.length; c++) {
        features[c][0] = (float) (2 * random.nextGaussian());
        labels[c] = random.nextDouble() < 1 / (1 + Math.exp(-features[c][0] - 0.5));
      }
      noisy.add(new LabelledPrompt(prompt.tokens(), features, labels));
    }
    return noisy;
  }

  private static float[] random(int width, long seed) {
    float[] values = new float[width];
    Random random = new Random(seed);
    for (int i = 0; i < width; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
