package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.optirag.dataset.Interactions;
import org.optirag.scoring.FeatureSource;

/**
 * Labelled impressions and what is known of each at its time.
 *
 * @param x [rows, features]
 * @param y labels, [rows]
 */
record FeatureTable(float[][] x, boolean[] y) {

  /** The features of each row, in order: statistics of an earlier time are dropped soon. */
  static FeatureTable of(FeatureSource features, Interactions rows) {
    float[][] x = new float[rows.size()][];
    boolean[] y = new boolean[rows.size()];
    for (int row = 0; row < y.length; row++) {
      x[row] = features.of(rows.user(row), new int[] {rows.item(row)}, rows.time(row))[0];
      y[row] = rows.label(row);
    }
    return new FeatureTable(x, y);
  }

  /** The same without a share of the oldest rows. */
  FeatureTable without(double oldest) {
    int first = (int) (oldest * y.length);
    return new FeatureTable(
        Arrays.copyOfRange(x, first, x.length), Arrays.copyOfRange(y, first, y.length));
  }
}
