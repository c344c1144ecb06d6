package org.optirag.server.rollout;

/** The mean of the latest numbers. Not safe for use from many threads. */
final class RecentMean {
  private final double[] latest;
  private long seen;

  RecentMean(int most) {
    this.latest = new double[most];
  }

  void add(double number) {
    latest[(int) (seen++ % latest.length)] = number;
  }

  /** NaN if there is none. */
  double mean() {
    int size = (int) Math.min(seen, latest.length);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += latest[i];
    }
    return sum / size;
  }
}
