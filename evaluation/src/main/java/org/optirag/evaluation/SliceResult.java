package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a scorer does on a slice of the impressions.
 *
 * @param scorer its name
 * @param auc over the slice's impressions
 * @param requestAuc within requests, among their candidates that are of the slice
 * @param ranked how many requests that is a mean over
 * @param againstFirst the differences to the first scorer on the same impressions; null of that
 */
record SliceResult(
    String scorer,
    Estimate auc,
    Estimate requestAuc,
    int ranked,
    @Nullable Comparison againstFirst) {

  /** All results on a slice, each with as many resamples as on the whole. */
  static List<SliceResult> of(Slice slice, List<EvaluationResult> results) {
    List<SliceResult> parts = new ArrayList<>();
    Predictions first = results.getFirst().predictions().of(slice.rows());
    for (EvaluationResult result : results) {
      long seed = result.metrics().seed();
      int resamples = result.metrics().resamples();
      Predictions own = result.predictions().of(slice.rows());
      Metrics metrics = Metrics.of(own, seed, resamples);
      parts.add(
          new SliceResult(
              result.name(),
              metrics.auc(),
              metrics.perRequest().auc(),
              metrics.perRequest().ranked(),
              parts.isEmpty() ? null : Comparison.of(own, first, seed, resamples)));
    }
    return parts;
  }
}
