package org.optirag.evaluation;

import java.util.Comparator;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Rows in ascending order of their probability, with equal ones marked: sorted once, it gives the
 * AUC under any weights of the rows in one pass, which is what the bootstrap needs.
 */
final class Ranks {
  private final int[] rows;
  private final boolean[] labels;

  /** Whether the row at a place has the same probability as the one before it. */
  private final boolean[] tied;

  private Ranks(int[] rows, boolean[] labels, boolean[] tied) {
    this.rows = rows;
    this.labels = labels;
    this.tied = tied;
  }

  static Ranks of(Predictions predictions) {
    return of(predictions, IntStream.range(0, predictions.size()).toArray());
  }

  static Ranks of(Predictions predictions, int[] among) {
    int[] rows =
        IntStream.of(among)
            .boxed()
            .sorted(Comparator.comparingDouble(predictions::probability))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean[] labels = new boolean[rows.length];
    boolean[] tied = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = predictions.label(rows[i]);
      tied[i] = i > 0 && predictions.probability(rows[i]) == predictions.probability(rows[i - 1]);
    }
    return new Ranks(rows, labels, tied);
  }

  /** The AUC with each row counted once; NaN where one of the labels is missing. */
  double auc() {
    return auc(row -> 1);
  }

  /** A number of each row, in the order of the rows: what a weight can look up without a search. */
  int[] inOrder(IntUnaryOperator ofRow) {
    return IntStream.of(rows).map(ofRow).toArray();
  }

  /**
   * The AUC with each row counted {@code weight(row)} times: of all pairs of a positive and a
   * negative row, the share in which the positive one has the higher probability; equal ones count
   * half.
   *
   * @return NaN where one of the labels has no weight
   */
  double auc(Weight weight) {
    return aucByPlace(place -> weight.of(rows[place]));
  }

  /**
   * The same for weights of places in the order.
   *
   * @return NaN where one of the labels has no weight
   */
  double aucByPlace(Weight weight) {
    long positives = 0;
    long negatives = 0;
    long tiedPositives = 0;
    long tiedNegatives = 0;
    double won = 0;
    for (int i = 0; i < rows.length; i++) {
      if (!tied[i]) {
        won += tiedPositives * (negatives + tiedNegatives / 2.0);
        positives += tiedPositives;
        negatives += tiedNegatives;
        tiedPositives = 0;
        tiedNegatives = 0;
      }
      int count = weight.of(i);
      if (labels[i]) {
        tiedPositives += count;
      } else {
        tiedNegatives += count;
      }
    }
    won += tiedPositives * (negatives + tiedNegatives / 2.0);
    positives += tiedPositives;
    negatives += tiedNegatives;
    return won / ((double) positives * negatives);
  }

  /** How often a row, or the row at a place, counts. */
  @FunctionalInterface
  interface Weight {
    int of(int rowOrPlace);
  }
}
