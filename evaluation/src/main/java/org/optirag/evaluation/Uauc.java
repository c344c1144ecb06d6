package org.optirag.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * The AUC within each user, averaged over users with equal weight. Users whose impressions all have
 * one label have no AUC and are left out (as in CoLLM, arXiv 2310.19488).
 */
public final class Uauc {
  private Uauc() {}

  /** The mean AUC of the users that have both labels, or NaN where none has. */
  public static double of(Predictions predictions) {
    Clusters clusters = Clusters.of(predictions);
    int[] once = new int[clusters.count()];
    Arrays.fill(once, 1);
    return of(predictions, clusters).under(once);
  }

  /** The mean that the bootstrap weighs anew with every resample. */
  static ClusterMean of(Predictions predictions, Clusters clusters) {
    List<int[]> users = Groups.of(predictions.size(), predictions::user);
    return ClusterMean.of(
        users,
        clusters,
        users.stream().mapToDouble(rows -> Ranks.of(predictions, rows).auc()).toArray());
  }
}
