package org.optirag.evaluation.trees;

import java.util.Locale;

/**
 * How trees grow: leaf by leaf, the one that gains most first (Ke et al., LightGBM, NIPS 2017).
 *
 * @param leaves most leaves of a tree; 2 let no feature depend on another
 * @param learningRate what a tree adds of what it would correct, in (0, 1]
 * @param leastRows fewest examples in a leaf
 * @param rowShare share of the examples that each tree learns from, in (0, 1]
 * @param columnShare share of the features that each tree chooses from, in (0, 1]
 * @param ridge penalty on squared leaf values
 */
public record TreeShape(
    int leaves,
    double learningRate,
    int leastRows,
    double rowShare,
    double columnShare,
    double ridge) {

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public TreeShape {
    if (leaves < 2
        || leastRows < 1
        || !isShare(learningRate)
        || !isShare(rowShare)
        || !isShare(columnShare)
        || !(ridge >= 0)) {
      throw new IllegalArgumentException(
          "not a shape of trees: %d leaves, rate %s, %d rows, shares %s and %s, ridge %s"
              .formatted(leaves, learningRate, leastRows, rowShare, columnShare, ridge));
    }
  }

  private static boolean isShare(double value) {
    return value > 0 && value <= 1;
  }

  /** In a few words, for a table. */
  public String description() {
    return String.format(
        Locale.ROOT,
        "%d leaves of %d, rate %s, rows %s, columns %s, ridge %s",
        leaves,
        leastRows,
        learningRate,
        rowShare,
        columnShare,
        ridge);
  }
}
