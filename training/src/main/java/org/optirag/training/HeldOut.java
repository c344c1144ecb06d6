package org.optirag.training;

import java.util.ArrayList;
import java.util.List;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.TrainableBackbone;

/** Labelled prompts in memory as a validation set. */
public final class HeldOut implements Validation {
  private final List<List<LabelledPrompt>> batches = new ArrayList<>();
  private final boolean[] labels;

  /**
   * @param batchTokens most tokens that run at once; a longer prompt runs alone
   */
  public HeldOut(List<LabelledPrompt> prompts, int batchTokens) {
    int tokens = 0;
    int impressions = 0;
    for (LabelledPrompt prompt : prompts) {
      int more = prompt.tokens().tokens();
      if (batches.isEmpty() || tokens + more > batchTokens) {
        batches.add(new ArrayList<>());
        tokens = 0;
      }
      batches.getLast().add(prompt);
      tokens += more;
      impressions += prompt.labels().length;
    }
    labels = new boolean[impressions];
    int at = 0;
    for (LabelledPrompt prompt : prompts) {
      for (boolean label : prompt.labels()) {
        labels[at++] = label;
      }
    }
  }

  @Override
  public Readings read(TrainableBackbone model) {
    double[][] ratios = new double[model.exits()][labels.length];
    int at = 0;
    for (List<LabelledPrompt> batch : batches) {
      float[][][] logits =
          model.logits(
              batch.stream().map(LabelledPrompt::tokens).toList(),
              batch.stream().map(LabelledPrompt::features).toList());
      for (int h = 0; h < ratios.length; h++) {
        for (int c = 0; c < logits[h].length; c++) {
          ratios[h][at + c] = (double) logits[h][c][1] - logits[h][c][0];
        }
      }
      at += logits[0].length;
    }
    return new Readings(ratios, labels.clone());
  }
}
