package org.optirag.training;

import java.util.List;
import org.optirag.backbone.BatchLoss;

/** Losses of several batches as one. */
final class Losses {
  private Losses() {}

  /** The mean over all candidates; without logits. */
  static BatchLoss mean(List<BatchLoss> batches) {
    double weight = batches.stream().mapToDouble(BatchLoss::weight).sum();
    double loss = 0;
    double[] entropies = new double[batches.getFirst().crossEntropies().length];
    for (BatchLoss batch : batches) {
      double share = weight == 0 ? 0 : batch.weight() / weight;
      loss += share * batch.loss();
      for (int h = 0; h < entropies.length; h++) {
        entropies[h] += share * batch.crossEntropies()[h];
      }
    }
    return new BatchLoss(weight, loss, entropies, new float[entropies.length][0][]);
  }
}
