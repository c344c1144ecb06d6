package org.optirag.backbone;

/**
 * What a batch cost.
 *
 * @param weight the sum of its candidates' weights
 * @param loss the whole objective, the weighted mean over candidates
 * @param crossEntropies of each head, shallowest first, likewise
 * @param logits of No and Yes, [heads, candidates, 2], candidates over all prompts in order
 */
public record BatchLoss(double weight, double loss, double[] crossEntropies, float[][][] logits) {

  /** Whether every number of it is finite. */
  public boolean finite() {
    double sum = loss;
    for (double entropy : crossEntropies) {
      sum += entropy;
    }
    return Double.isFinite(sum);
  }
}
