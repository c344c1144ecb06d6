package org.optirag.evaluation;

/**
 * How good predictions are, each figure with a 95 % interval by the percentile bootstrap.
 *
 * <p>A resample draws as many users as there are, with replacement, each with all of his
 * impressions; where all impressions are one user's, it draws his requests. Impressions of one user
 * are not independent, and intervals from impressions drawn one by one would be too narrow.
 * Resamples without both labels have no AUC and are left out of its percentiles. One user with one
 * request tells nothing of others: there are no intervals, and their bounds are NaN.
 *
 * @param auc {@link Auc}
 * @param uauc {@link Uauc}
 * @param logLoss {@link LogLoss}
 * @param accuracy {@link Accuracy}
 * @param calibrationError {@link CalibrationError} over {@value CalibrationError#BINS} bins
 * @param perRequest how well candidates are ranked within their requests
 * @param impressions how many impressions were scored
 * @param users how many users they belong to
 * @param rankedUsers how many of those have both labels and so count for UAUC
 * @param labelRate the share of positive labels
 * @param seed what the resamples were drawn with
 * @param resamples how many there were
 */
public record Metrics(
    Estimate auc,
    Estimate uauc,
    Estimate logLoss,
    Estimate accuracy,
    Estimate calibrationError,
    RequestMetrics perRequest,
    int impressions,
    int users,
    int rankedUsers,
    double labelRate,
    long seed,
    int resamples) {

  /** Enough resamples for intervals that are stable in the third digit. */
  public static final int RESAMPLES = 1000;

  /**
   * Measures the predictions. The same seed gives the same intervals, on any number of cores.
   *
   * @param resamples how many resamples the intervals come from; 0 for none, with NaN as bounds
   */
  public static Metrics of(Predictions predictions, long seed, int resamples) {
    return new Bootstrap(predictions).metrics(seed, resamples);
  }
}
