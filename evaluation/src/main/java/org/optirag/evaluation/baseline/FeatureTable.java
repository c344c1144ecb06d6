package org.optirag.evaluation.baseline;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.LogLoss;
import org.optirag.evaluation.Predictions;
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

  /** The mean log loss of probabilities that rows are given, in nats. */
  double loss(ToDoubleFunction<float[]> probability) {
    return LogLoss.of(
        new Predictions(Arrays.stream(x).mapToDouble(probability).toArray(), y, new int[y.length]));
  }

  /** The same rows, those that are kept. */
  FeatureTable where(IntPredicate kept) {
    int[] rows = IntStream.range(0, y.length).filter(kept).toArray();
    boolean[] labels = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = y[rows[i]];
    }
    return new FeatureTable(
        Arrays.stream(rows).mapToObj(row -> x[row]).toArray(float[][]::new), labels);
  }

  /** The same without a share of the oldest rows. */
  FeatureTable without(double oldest) {
    int first = (int) (oldest * y.length);
    return new FeatureTable(
        Arrays.copyOfRange(x, first, x.length), Arrays.copyOfRange(y, first, y.length));
  }
}
