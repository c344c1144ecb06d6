package org.optirag.server.rollout;

import java.util.Arrays;
import java.util.List;

/**
 * How far the latest scores lie from others, as population stability index over the tenths of the
 * others: Σ (now − then) · ln(now / then). Below 0.1 they are alike, above 0.25 they are others.
 * Not safe for use from many threads.
 */
final class ScoreDrift {
  private static final int BINS = 10;

  private final double[] edges = new double[BINS - 1];
  private final int[] latest;
  private final int[] counts = new int[BINS];
  private long seen;

  private ScoreDrift(int window) {
    latest = new int[window];
  }

  /**
   * Against scores whose tenths are known.
   *
   * @param deciles nine, ascending
   * @param window how many scores are the latest
   */
  static ScoreDrift against(List<Double> deciles, int window) {
    ScoreDrift drift = new ScoreDrift(window);
    Arrays.setAll(drift.edges, deciles::get);
    return drift;
  }

  /** Against the scores given, as many as are the latest later on. */
  static ScoreDrift against(double[] others) {
    double[] sorted = others.clone();
    Arrays.sort(sorted);
    ScoreDrift drift = new ScoreDrift(sorted.length);
    Arrays.setAll(drift.edges, i -> sorted[(i + 1) * sorted.length / BINS]);
    return drift;
  }

  void add(double score) {
    int bin = 0;
    while (bin < edges.length && score >= edges[bin]) {
      bin++;
    }
    int place = (int) (seen++ % latest.length);
    if (seen > latest.length) {
      counts[latest[place]]--;
    }
    latest[place] = bin;
    counts[bin]++;
  }

  /** NaN until the window is full. */
  double index() {
    if (seen < latest.length) {
      return Double.NaN;
    }
    double index = 0;
    for (int count : counts) {
      double now = (count + 0.5) / (latest.length + 0.5 * BINS);
      index += (now - 1.0 / BINS) * Math.log(now * BINS);
    }
    return index;
  }
}
