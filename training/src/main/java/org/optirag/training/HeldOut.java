package org.optirag.training;

import java.util.Arrays;
import java.util.List;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.PlacedHead;
import org.optirag.backbone.TrainableBackbone;

/** Labelled prompts in memory as a validation set. */
public final class HeldOut implements Validation {
  private final List<List<LabelledPrompt>> batches;
  private final boolean[] labels;

  /**
   * @param batchTokens most tokens that run at once; a longer prompt runs alone
   */
  public HeldOut(List<LabelledPrompt> prompts, int batchTokens) {
    batches = PromptBatches.of(prompts, batchTokens);
    labels = new boolean[prompts.stream().mapToInt(prompt -> prompt.labels().length).sum()];
    int at = 0;
    for (LabelledPrompt prompt : prompts) {
      for (boolean label : prompt.labels()) {
        labels[at++] = label;
      }
    }
  }

  @Override
  public HeadLogits read(TrainableBackbone model) {
    double[][] ratios = new double[model.exits()][labels.length];
    double[][] known = new double[model.exits()][labels.length];
    List<PlacedHead> heads = model.heads();
    int at = 0;
    for (List<LabelledPrompt> batch : batches) {
      List<float[][]> features = batch.stream().map(LabelledPrompt::features).toList();
      float[][][] logits =
          model.logits(batch.stream().map(LabelledPrompt::tokens).toList(), features);
      float[][] rows = features.stream().flatMap(Arrays::stream).toArray(float[][]::new);
      for (int h = 0; h < ratios.length; h++) {
        for (int c = 0; c < logits[h].length; c++) {
          ratios[h][at + c] = (double) logits[h][c][1] - logits[h][c][0];
          known[h][at + c] = heads.get(h).head().fromFeatures(rows[c]);
        }
      }
      at += logits[0].length;
    }
    return new HeadLogits(ratios, known, labels.clone());
  }
}
