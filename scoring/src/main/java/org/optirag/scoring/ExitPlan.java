package org.optirag.scoring;

import java.util.List;

/**
 * How candidates leave the backbone: what policy.json of a bundle says.
 *
 * @param policy the chosen exit policy
 * @param chosen how it was chosen, in a line, for instance "max-auc-drop 0.002"
 * @param calibrations of the heads, shallowest first
 * @param answer how the heads seen make the probability
 * @param curve the validation curve that the policy was chosen on
 * @param scoreDeciles of each head's calibrated probabilities on validation: nine, ascending; empty
 *     where nobody looked. Scores of later on can be held against them
 */
public record ExitPlan(
    ExitPolicy policy,
    String chosen,
    List<HeadCalibration> calibrations,
    TraceScore answer,
    TradeOffCurve curve,
    List<List<Double>> scoreDeciles) {
  private static final int DECILES = 9;

  /** Checks that calibrations, answer and curve speak of the same heads. */
  public ExitPlan {
    calibrations = List.copyOf(calibrations);
    scoreDeciles = scoreDeciles.stream().map(List::copyOf).toList();
    if (calibrations.size() != curve.blocks().size() || !answer.fits(calibrations.size())) {
      throw new IllegalArgumentException(
          "calibrations of %d heads, an answer from %d, a curve of %d"
              .formatted(calibrations.size(), answer.heads().size(), curve.blocks().size()));
    }
    boolean deciles = scoreDeciles.stream().allMatch(of -> of.size() == DECILES);
    if (!deciles || !(scoreDeciles.isEmpty() || scoreDeciles.size() == calibrations.size())) {
      throw new IllegalArgumentException(
          "deciles of the scores: %s, of %d heads".formatted(scoreDeciles, calibrations.size()));
    }
  }
}
