package org.optirag.scoring;

import java.util.List;

/**
 * What one exit policy reaches on validation, and at what cost.
 *
 * @param policy the policy
 * @param meanDepth mean over candidates of exit block / L, in [0, 1]
 * @param exits how many candidates stop at each head, shallowest first
 * @param auc over all impressions
 * @param uauc mean AUC within users; NaN where no user has both labels
 * @param logLoss mean, in nats
 * @param accuracy share on the right side of 0.5
 * @param promptCost arithmetic of the blocks relative to full depth when each candidate has a
 *     prompt of its own, in [0, 1]
 * @param requestCost the same when a request's candidates share a context, which runs as deep as
 *     the deepest of them
 */
public record TradeOffPoint(
    ExitPolicy policy,
    double meanDepth,
    List<Integer> exits,
    double auc,
    double uauc,
    double logLoss,
    double accuracy,
    double promptCost,
    double requestCost) {
  /** Copies the list. */
  public TradeOffPoint {
    exits = List.copyOf(exits);
  }
}
