package org.optirag.evaluation;

/**
 * Scored impressions as columns: the predicted click probability, what truly happened, and whose
 * impression it was. Immutable.
 */
public final class Predictions {
  private final double[] probabilities;
  private final boolean[] labels;
  private final int[] users;

  /**
   * Takes ownership of the columns.
   *
   * @param probabilities predicted probability of label 1, in [0, 1]
   * @param labels whether the user liked or clicked
   * @param users the users' numbers
   * @throws IllegalArgumentException if the lengths differ, there is no row, or a probability lies
   *     outside [0, 1]
   */
  public Predictions(double[] probabilities, boolean[] labels, int[] users) {
    int n = probabilities.length;
    if (labels.length != n || users.length != n) {
      throw new IllegalArgumentException(
          "columns differ in length: %d, %d, %d".formatted(n, labels.length, users.length));
    }
    if (n == 0) {
      throw new IllegalArgumentException("no predictions");
    }
    for (int row = 0; row < n; row++) {
      if (!(probabilities[row] >= 0 && probabilities[row] <= 1)) {
        throw new IllegalArgumentException(
            "probability of row " + row + " is " + probabilities[row] + ", not in [0, 1]");
      }
    }
    this.probabilities = probabilities;
    this.labels = labels;
    this.users = users;
  }

  /** How many rows there are; at least one. */
  public int size() {
    return probabilities.length;
  }

  /** The predicted probability of label 1. */
  public double probability(int row) {
    return probabilities[row];
  }

  /** Whether the user liked or clicked. */
  public boolean label(int row) {
    return labels[row];
  }

  /** The user's number. */
  public int user(int row) {
    return users[row];
  }

  /** The share of rows with label 1. */
  public double labelRate() {
    int liked = 0;
    for (boolean label : labels) {
      liked += label ? 1 : 0;
    }
    return (double) liked / size();
  }
}
