package org.optirag.evaluation.tradeoff;

import java.util.Optional;
import org.optirag.evaluation.Comparison;
import org.optirag.evaluation.Digits;
import org.optirag.evaluation.Estimate;
import org.optirag.evaluation.Metrics;
import org.optirag.evaluation.Predictions;
import org.optirag.scoring.ExitPolicy;

/**
 * What full depth adds on validation to the head before the first block, which needs no LLM, with
 * 95 % intervals over users.
 *
 * @param auc the difference over all impressions
 * @param requestAuc the difference within requests; NaN where no request has both labels
 */
public record LlmGain(Estimate auc, Estimate requestAuc) {

  /**
   * Measures it; empty where no head stands before the first block.
   *
   * @param validation what the trade-off was fitted to
   * @param seed of the bootstrap
   */
  public static Optional<LlmGain> of(HeadReadings validation, TradeOff tradeOff, long seed) {
    if (validation.blocks().getFirst() > 0 || validation.heads() == 1) {
      return Optional.empty();
    }
    Calibrated calibrated = new Calibrated(validation, tradeOff.calibrations(), tradeOff.answer());
    Comparison gain =
        Comparison.of(
            predictions(calibrated, new ExitPolicy.None()),
            predictions(calibrated, new ExitPolicy.Fixed(1)),
            seed,
            Metrics.RESAMPLES);
    return Optional.of(new LlmGain(gain.auc(), gain.requestAuc()));
  }

  private static Predictions predictions(Calibrated calibrated, ExitPolicy policy) {
    HeadReadings readings = calibrated.readings();
    return new Predictions(
        calibrated.probabilities(policy), readings.labels(), readings.users(), readings.requests());
  }

  /** Whether it is certainly above zero, over all impressions or within requests. */
  public boolean isCertain() {
    return auc.low() > 0 || requestAuc.low() > 0;
  }

  /** In a line. */
  public String text() {
    return Digits.of(
        "AUC %+.4f [%+.4f, %+.4f], within requests %+.4f [%+.4f, %+.4f]",
        auc.value(),
        auc.low(),
        auc.high(),
        requestAuc.value(),
        requestAuc.low(),
        requestAuc.high());
  }
}
