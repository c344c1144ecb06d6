package org.optirag.backbone;

import java.util.Arrays;

/**
 * What training makes small: Σ over heads of headWeight · (cross-entropy + pairwise part + listwise
 * part + distillation part), as the weighted mean over candidates (arXiv 2501.02173 sums the heads'
 * cross-entropies).
 *
 * @param headWeights one a head, shallowest first, not negative
 * @param distillation weight of the divergence of every other head from the last head, which does
 *     not learn from it; 0 for none
 * @param temperature both heads' log ratios are divided by before they are compared; the divergence
 *     is multiplied by its square, so that its gradient keeps its size (arXiv 1503.02531)
 * @param pairwise weight of −log σ(s⁺ − s⁻), the mean over the pairs of a positive and a negative
 *     candidate of one prompt (BPR, arXiv 1205.2618); 0 for none
 * @param listwise weight of −log softmax of a positive candidate among itself and the negative ones
 *     of its prompt, the mean over the positives (ListNet's top-one probability, ICML 2007); 0 for
 *     none
 */
public record Objective(
    double[] headWeights,
    double distillation,
    double temperature,
    double pairwise,
    double listwise) {

  /**
   * Takes ownership of the weights.
   *
   * @throws IllegalArgumentException if a weight is negative or the temperature not positive
   */
  public Objective {
    for (double weight : headWeights) {
      if (!(weight >= 0)) {
        throw new IllegalArgumentException("a head's weight is " + weight);
      }
    }
    if (!(distillation >= 0) || !(pairwise >= 0) || !(listwise >= 0) || !(temperature > 0)) {
      throw new IllegalArgumentException(
          "distillation %s at temperature %s, pairwise %s, listwise %s"
              .formatted(distillation, temperature, pairwise, listwise));
    }
  }

  /** The sum of the heads' cross-entropies. */
  public static Objective crossEntropy(int heads) {
    double[] weights = new double[heads];
    Arrays.fill(weights, 1);
    return new Objective(weights, 0, 1, 0, 0);
  }
}
