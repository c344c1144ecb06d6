package org.optirag.server.rollout;

import java.util.Arrays;

/**
 * How far the scores of now lie from those that came first, as population stability index over the
 * tenths of the first: Σ (now − then) · ln(now / then). Below 0.1 they are alike, above 0.25 they
 * are others. Not safe for use from many threads.
 */
final class ScoreDrift {
  private static final int BINS = 10;

  private final double[] first;
  private final double[] edges = new double[BINS - 1];
  private final int[] latest;
  private final int[] counts = new int[BINS];
  private int firstSeen;
  private long seen;

  /**
   * @param window how many scores are the first, and how many the latest
   */
  ScoreDrift(int window) {
    this.first = new double[window];
    this.latest = new int[window];
  }

  void add(double score) {
    if (firstSeen < first.length) {
      first[firstSeen++] = score;
      if (firstSeen == first.length) {
        Arrays.sort(first);
        for (int i = 0; i < edges.length; i++) {
          edges[i] = first[(i + 1) * first.length / BINS];
        }
      }
      return;
    }
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

  /** NaN until there are as many latest as first. */
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
