package org.optirag.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.optirag.backbone.AdamW;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;

/**
 * A rule that a model of two blocks can learn: of ten items the user likes those with the lower
 * tokens.
 */
final class TinyTask {
  static final LoraSettings LORA =
      new LoraSettings(4, 8, 0.1, EnumSet.allOf(LoraModule.class), 1, 2);
  static final Rates RATES =
      new Rates(0.01, 0.01, 0.01, DepthSchedule.LINEAR, 0.5, Decay.COSINE, 2);

  private TinyTask() {}

  static Backbone backbone() {
    Path model = Path.of("..", "backbone", "src", "test", "resources", "golden", "tiny", "llama");
    try (Weights weights = WeightFiles.open(model)) {
      return Backbone.load(weights, DType.F32, Device.CPU, Progress.silent());
    }
  }

  static ExitHead start(Backbone backbone) {
    return backbone.answerHead(5, 6).reading(1);
  }

  static TrainingSettings settings(TrainingPlan plan) {
    return new TrainingSettings(
        LORA,
        List.of(1, 2),
        List.of(),
        0.2,
        1,
        0.1,
        0.1,
        RATES,
        AdamW.STANDARD,
        plan,
        11,
        2,
        false);
  }

  static TrainingPlan plan(int epochs, int validateEvery, int patience) {
    return new TrainingPlan(epochs, 0, null, 2, validateEvery, patience, 3);
  }

  /** Prompts of two to four candidates. */
  static List<LabelledPrompt> prompts(long seed, int count) {
    Random random = new Random(seed);
    List<LabelledPrompt> prompts = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      int n = 2 + random.nextInt(3);
      List<int[]> candidates = new ArrayList<>();
      boolean[] labels = new boolean[n];
      float[][] features = new float[n][1];
      for (int c = 0; c < n; c++) {
        int item = 8 + random.nextInt(10);
        labels[c] = item < 13;
        features[c][0] = random.nextFloat();
        candidates.add(new int[] {7, item});
      }
      int[] context = random.ints(5, 8, 58).toArray();
      prompts.add(new LabelledPrompt(new PackedPrompt(context, candidates), features, labels));
    }
    return prompts;
  }
}
