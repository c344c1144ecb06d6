package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * The features of each row, in order: statistics of an earlier time are dropped soon. What one
   * user is asked at one time is read at once: his history is the same for all of it.
   */
  static FeatureTable of(FeatureSource features, Interactions rows) {
    float[][] x = new float[rows.size()][];
    boolean[] y = new boolean[rows.size()];
    for (int row = 0; row < y.length; row++) {
      y[row] = rows.label(row);
    }
    int from = 0;
    while (from < y.length) {
      int to = from;
      Map<Integer, List<Integer>> ofUser = new LinkedHashMap<>();
      while (to < y.length && rows.time(to) == rows.time(from)) {
        ofUser.computeIfAbsent(rows.user(to), user -> new ArrayList<>()).add(to++);
      }
      long time = rows.time(from);
      ofUser.forEach((user, asked) -> {
        int[] items = asked.stream().mapToInt(rows::item).toArray();
        float[][] read = features.of(user, items, time);
        for (int i = 0; i < items.length; i++) {
          x[asked.get(i)] = read[i];
        }
      });
      from = to;
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
