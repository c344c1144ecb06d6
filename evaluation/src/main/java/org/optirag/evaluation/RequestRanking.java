package org.optirag.evaluation;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well the candidates of one request are ranked, see {@link RequestMetrics}. Candidates of
 * equal probability count by the mean over all their orders, so that the order of rows is nothing.
 * All figures are NaN where the request has one label only.
 */
record RequestRanking(double auc, double mrr, double ndcg5, double ndcg10, double hitRate10) {
  private static final RequestRanking NONE =
      new RequestRanking(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /**
   * Ranks.
   *
   * @param rows the request's
   */
  static RequestRanking of(Predictions predictions, int[] rows) {
    int clicks = (int) IntStream.of(rows).filter(predictions::label).count();
    if (clicks == 0 || clicks == rows.length) {
      return NONE;
    }
    int[] ranked =
        IntStream.of(rows)
            .boxed()
            .sorted(Comparator.comparingDouble(row -> -predictions.probability(row)))
            .mapToInt(Integer::intValue)
            .toArray();
    Gains mrr = new Gains(Integer.MAX_VALUE);
    Gains ndcg5 = new Gains(5);
    Gains ndcg10 = new Gains(10);
    double missed = 1;
    for (int from = 0, to; from < ranked.length; from = to) {
      double probability = predictions.probability(ranked[from]);
      int clicked = 0;
      for (to = from;
          to < ranked.length && predictions.probability(ranked[to]) == probability;
          to++) {
        clicked += predictions.label(ranked[to]) ? 1 : 0;
      }
      mrr.add(from, to, clicked, rank -> 1.0 / rank);
      ndcg5.add(from, to, clicked, RequestRanking::discount);
      ndcg10.add(from, to, clicked, RequestRanking::discount);
      missed *= missed(to - from, clicked, Math.min(to, 10) - from);
    }
    return new RequestRanking(
        Ranks.of(predictions, rows).auc(),
        mrr.sum / clicks,
        ndcg5.sum / ideal(clicks, 5),
        ndcg10.sum / ideal(clicks, 10),
        1 - missed);
  }

  /** Whether the request has both labels. */
  boolean counts() {
    return !Double.isNaN(auc);
  }

  private static double discount(int rank) {
    return Math.log(2) / Math.log1p(rank);
  }

  private static double ideal(int clicks, int most) {
    return IntStream.rangeClosed(1, Math.min(clicks, most))
        .mapToDouble(RequestRanking::discount)
        .sum();
  }

  /**
   * The share of the orders of tied candidates in which the first places get none of the clicks.
   */
  private static double missed(int tied, int clicked, int places) {
    double share = 1;
    for (int place = 0; place < places; place++) {
      share *= (double) Math.max(0, tied - clicked - place) / (tied - place);
    }
    return share;
  }

  /** What clicks are worth by their rank, down to some rank. */
  private static final class Gains {
    private final int most;
    private double sum;

    Gains(int most) {
      this.most = most;
    }

    /** Adds clicks that share the ranks {@code from} + 1 to {@code to} with others. */
    void add(int from, int to, int clicked, Gain gain) {
      double worth = 0;
      for (int rank = from + 1; rank <= Math.min(to, most); rank++) {
        worth += gain.of(rank);
      }
      sum += clicked * worth / (to - from);
    }
  }

  /** What a click at a rank, from 1 on, is worth. */
  @FunctionalInterface
  private interface Gain {
    double of(int rank);
  }
}
