package org.optirag.evaluation;

/**
 * How much better one scorer is than another on the same impressions, with 95 % intervals of the
 * differences.
 *
 * <p>Both are measured on the same resamples, of users as in {@link Metrics}. What makes a sample
 * hard makes it hard for both, so the interval of a difference is narrower than the two scorers'
 * own intervals suggest: those may overlap while the difference is certain.
 *
 * @param auc AUC minus the baseline's; above zero is better
 * @param uauc UAUC minus the baseline's; above zero is better
 * @param logLoss LogLoss minus the baseline's; below zero is better
 * @param requestAuc the AUC within a request minus the baseline's; above zero is better
 * @param ndcg10 the nDCG of a request's first ten ranks minus the baseline's; above zero is better
 */
public record Comparison(
    Estimate auc, Estimate uauc, Estimate logLoss, Estimate requestAuc, Estimate ndcg10) {

  /**
   * Compares the predictions with the baseline's.
   *
   * @throws IllegalArgumentException if they are not of the same impressions in the same order
   */
  public static Comparison of(
      Predictions predictions, Predictions baseline, long seed, int resamples) {
    if (predictions.size() != baseline.size()) {
      throw new IllegalArgumentException(
          "%d predictions against %d".formatted(predictions.size(), baseline.size()));
    }
    for (int row = 0; row < predictions.size(); row++) {
      if (predictions.user(row) != baseline.user(row)
          || predictions.request(row) != baseline.request(row)
          || predictions.label(row) != baseline.label(row)) {
        throw new IllegalArgumentException("row " + row + " is of another impression");
      }
    }
    return new Bootstrap(predictions).against(new Bootstrap(baseline), seed, resamples);
  }
}
