package org.optirag.server.http;

import java.util.List;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Score;

/** Why a candidate stopped where it did, in a sentence. */
final class ExitReason {
  private ExitReason() {}

  static String of(ExitPolicy policy, Score score, List<Integer> heads) {
    List<Score.Reading> trace = score.trace();
    double last = trace.getLast().probability();
    double ratio = Math.log(last / (1 - last));
    if (heads.getLast() == 0) {
      return "The features decide: the bundle has no deeper head.";
    }
    if (score.exitBlock() == heads.getLast()) {
      return "The last head, after block %d, decides what nothing stopped before."
          .formatted(score.exitBlock());
    }
    String block =
        score.exitBlock() == 0
            ? "before the first block, by the features alone"
            : "after block " + score.exitBlock();
    return switch (policy) {
      case ExitPolicy.None none -> "Full depth " + block + ".";
      case ExitPolicy.Fixed fixed ->
          "The policy stops everything at head %d, %s.".formatted(fixed.head(), block);
      case ExitPolicy.MaxProbability most ->
          "The likelier answer reached %.3f of %.3f asked for, %s."
              .formatted(Math.max(last, 1 - last), most.threshold(), block);
      case ExitPolicy.Entropy entropy ->
          "The answer's entropy fell to %.3f nats or less, %s."
              .formatted(entropy.threshold(), block);
      case ExitPolicy.Patience patience ->
          "%d heads in a row confirmed the answer, %s.".formatted(patience.confirmations(), block);
      case ExitPolicy.RatioTrend trend ->
          "|log ratio - %.2f| = %.2f reached %.2f, as %d head(s) agreed, %s."
              .formatted(
                  trend.centre(),
                  Math.abs(ratio - trend.centre()),
                  trend.threshold() * Math.pow(trend.falling(), trace.size() - 1),
                  trend.heads(),
                  block);
      case ExitPolicy.TopK top ->
          "What deeper heads may still say cannot change the %d best, %s."
              .formatted(top.k(), block);
      case ExitPolicy.Budget budget ->
          "It is not among the %d candidates of the request that may go on, %s."
              .formatted(budget.candidates(), block);
    };
  }
}
