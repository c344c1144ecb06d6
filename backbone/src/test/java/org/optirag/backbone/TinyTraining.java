package org.optirag.backbone;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;

/** What the tests of training share: the random model with an adapter and three heads. */
final class TinyTraining {
  static final int FEATURES = 2;

  private TinyTraining() {}

  /** An adapter of all modules on the blocks 2 to 4 with heads after 1, 3 and 4. */
  static TrainableBackbone model(
      Backbone backbone, double dropout, int workers, boolean recompute) {
    return new TrainableBackbone(
        backbone, start(dropout), heads(backbone), new TrainingOptions(5, workers, recompute));
  }

  /** The same with attention as one masked product. */
  static TrainableBackbone masked(Backbone backbone, double dropout) {
    return new TrainableBackbone(
        backbone, start(dropout), heads(backbone), new TrainingOptions(5, 1, false), true);
  }

  private static LoraAdapter start(double dropout) {
    LoraSettings settings = new LoraSettings(3, 6, dropout, EnumSet.allOf(LoraModule.class), 2, 4);
    return LoraAdapterTest.random(settings, RandomModel.weights(1), 7);
  }

  static List<PlacedHead> heads(Backbone backbone) {
    List<PlacedHead> heads = new ArrayList<>();
    for (int block : new int[] {1, 3, 4}) {
      heads.add(new PlacedHead(block, backbone.answerHead(4, 7).reading(FEATURES)));
    }
    return heads;
  }

  /** Prompts of one to five candidates of any lengths, some weights not 1. */
  static List<LabelledPrompt> batch(Random random, int prompts) {
    List<LabelledPrompt> batch = new ArrayList<>();
    for (int p = 0; p < prompts; p++) {
      int n = 1 + random.nextInt(5);
      List<int[]> candidates = new ArrayList<>();
      float[][] features = new float[n][FEATURES];
      boolean[] labels = new boolean[n];
      float[] weights = new float[n];
      for (int c = 0; c < n; c++) {
        candidates.add(random.ints(1 + random.nextInt(6), 0, 101).toArray());
        for (int f = 0; f < FEATURES; f++) {
          features[c][f] = (float) random.nextGaussian();
        }
        labels[c] = c % 2 == p % 2;
        weights[c] = 0.5f + random.nextFloat();
      }
      int[] context = random.ints(random.nextInt(12), 0, 101).toArray();
      batch.add(
          new LabelledPrompt(new PackedPrompt(context, candidates), features, labels, weights));
    }
    return batch;
  }
}
