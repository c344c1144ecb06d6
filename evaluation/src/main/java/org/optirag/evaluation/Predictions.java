package org.optirag.evaluation;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Scored impressions as columns: the predicted click probability, what truly happened, whose
 * impression it was, and with which others it was asked for. Immutable.
 */
public final class Predictions {
  private final double[] probabilities;
  private final boolean[] labels;
  private final int[] users;
  private final int[] requests;
  private final int[] blocks;

  /** In place of blocks: there was no LLM. */
  public static final int NO_BLOCKS = -1;

  /**
   * Takes ownership of the columns; each impression is a request of its own.
   *
   * @param probabilities predicted probability of label 1, in [0, 1]
   * @param labels whether the user liked or clicked
   * @param users the users' numbers
   * @throws IllegalArgumentException if the lengths differ, there is no row, or a probability lies
   *     outside [0, 1]
   */
  public Predictions(double[] probabilities, boolean[] labels, int[] users) {
    this(probabilities, labels, users, IntStream.range(0, users.length).toArray());
  }

  /**
   * Takes ownership of the columns.
   *
   * @param probabilities predicted probability of label 1, in [0, 1]
   * @param labels whether the user liked or clicked
   * @param users the users' numbers
   * @param requests a number that the impressions of one request share, all of one user
   * @throws IllegalArgumentException if the lengths differ, there is no row, a probability lies
   *     outside [0, 1], or a request has several users
   */
  public Predictions(double[] probabilities, boolean[] labels, int[] users, int[] requests) {
    this(probabilities, labels, users, requests, without(users.length));
  }

  private static int[] without(int rows) {
    int[] blocks = new int[rows];
    Arrays.fill(blocks, NO_BLOCKS);
    return blocks;
  }

  /**
   * The same, with how deep the LLM was read.
   *
   * @param blocks that an impression went through, 0 where the features alone decided, {@link
   *     #NO_BLOCKS} without an LLM
   * @throws IllegalArgumentException likewise
   */
  public Predictions(
      double[] probabilities, boolean[] labels, int[] users, int[] requests, int[] blocks) {
    int n = probabilities.length;
    if (labels.length != n || users.length != n || requests.length != n || blocks.length != n) {
      throw new IllegalArgumentException(
          "columns differ in length: %d, %d, %d, %d"
              .formatted(n, labels.length, users.length, requests.length));
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
    this.requests = requests;
    this.blocks = blocks;
    for (int[] rows : Groups.of(n, this::request)) {
      for (int row : rows) {
        if (users[row] != users[rows[0]]) {
          throw new IllegalArgumentException(
              "request %d is of user %d in row %d and of user %d in row %d"
                  .formatted(requests[row], users[rows[0]], rows[0], users[row], row));
        }
      }
    }
  }

  /**
   * Some of the rows alone.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Predictions of(int[] rows) {
    boolean[] kept = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      kept[i] = labels[rows[i]];
    }
    return new Predictions(
        IntStream.of(rows).mapToDouble(row -> probabilities[row]).toArray(),
        kept,
        IntStream.of(rows).map(row -> users[row]).toArray(),
        IntStream.of(rows).map(row -> requests[row]).toArray(),
        IntStream.of(rows).map(row -> blocks[row]).toArray());
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

  /** The number of the request that the impression belongs to. */
  public int request(int row) {
    return requests[row];
  }

  /** The blocks of the LLM that it went through; {@link #NO_BLOCKS} without one. */
  public int blocks(int row) {
    return blocks[row];
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
