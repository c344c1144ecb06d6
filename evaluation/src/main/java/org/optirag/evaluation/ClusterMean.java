package org.optirag.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * The mean of a figure over groups of rows (users, requests), each group of which lies within one
 * cluster: worked out once for each group, it is quick under any weights of the clusters.
 */
final class ClusterMean {
  private final double[] values;
  private final int[] clusters;

  private ClusterMean(double[] values, int[] clusters) {
    this.values = values;
    this.clusters = clusters;
  }

  /**
   * Sets it up.
   *
   * @param figures one for each group; groups for which it is NaN do not count
   */
  static ClusterMean of(List<int[]> groups, Clusters clusters, double[] figures) {
    double[] values = figures.clone();
    int[] ofGroup = groups.stream().mapToInt(rows -> clusters.of(rows[0])).toArray();
    int n = 0;
    for (int group = 0; group < values.length; group++) {
      if (!Double.isNaN(values[group])) {
        values[n] = values[group];
        ofGroup[n++] = ofGroup[group];
      }
    }
    return new ClusterMean(Arrays.copyOf(values, n), Arrays.copyOf(ofGroup, n));
  }

  /** How many groups count. */
  int groups() {
    return values.length;
  }

  /** The mean with cluster c counted {@code counts[c]} times; NaN where no group is counted. */
  double under(int[] counts) {
    double sum = 0;
    long n = 0;
    for (int group = 0; group < values.length; group++) {
      int count = counts[clusters[group]];
      sum += count * values[group];
      n += count;
    }
    return sum / n;
  }
}
