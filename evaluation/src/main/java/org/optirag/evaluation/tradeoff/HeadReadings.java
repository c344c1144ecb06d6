package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.optirag.workspace.UserException;

/**
 * What every exit head said of labelled impressions at full depth, uncalibrated, and how the
 * impressions stood together in requests. Takes ownership of its arrays.
 *
 * @param depth blocks of the backbone, L
 * @param blocks the blocks that heads stand after, ascending; 0 for the head before the first
 * @param logRatios log(Yes / No), [impressions][heads]
 * @param labels of the impressions
 * @param users the users' numbers
 * @param requests the number of each impression's request, 0…
 * @param contextTokens tokens of each request's context, [requests]
 * @param candidateTokens tokens of each impression's candidate part
 */
@SuppressWarnings("ArrayRecordComponent") // Columns, never compared.
public record HeadReadings(
    int depth,
    List<Integer> blocks,
    double[][] logRatios,
    boolean[] labels,
    int[] users,
    int[] requests,
    int[] contextTokens,
    int[] candidateTokens) {

  /** Checks that the columns belong together. */
  public HeadReadings {
    blocks = List.copyOf(blocks);
    int n = labels.length;
    if (logRatios.length != n
        || users.length != n
        || requests.length != n
        || candidateTokens.length != n) {
      throw new IllegalArgumentException(
          "columns differ in length: %d, %d, %d, %d, %d"
              .formatted(
                  logRatios.length, n, users.length, requests.length, candidateTokens.length));
    }
    int before = -1;
    for (int block : blocks) {
      if (block <= before || block > depth) {
        throw new IllegalArgumentException("heads after blocks " + blocks + " of " + depth);
      }
      before = block;
    }
    for (int row = 0; row < n; row++) {
      if (logRatios[row].length != blocks.size()) {
        throw new IllegalArgumentException(
            "impression %d has %d log ratios of %d"
                .formatted(row, logRatios[row].length, blocks.size()));
      }
      for (double ratio : logRatios[row]) {
        if (!Double.isFinite(ratio)) {
          throw new IllegalArgumentException("impression " + row + " has the log ratio " + ratio);
        }
      }
      if (requests[row] < 0 || requests[row] >= contextTokens.length) {
        throw new IllegalArgumentException("impression " + row + " is of no request");
      }
    }
  }

  /** How many impressions there are. */
  public int size() {
    return labels.length;
  }

  /** How many heads there are. */
  public int heads() {
    return blocks.size();
  }

  /** The share of positive labels. */
  public double labelRate() {
    return (double) IntStream.range(0, size()).filter(row -> labels[row]).count() / size();
  }

  /** The log ratios of one head, [impressions]. */
  double[] ofHead(int head) {
    return Arrays.stream(logRatios).mapToDouble(ratios -> ratios[head]).toArray();
  }

  /** The impressions of those users that are chosen. */
  HeadReadings ofUsers(IntPredicate chosen) {
    int[] rows = IntStream.range(0, size()).filter(row -> chosen.test(users[row])).toArray();
    double[][] ratios = new double[rows.length][];
    boolean[] kept = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      ratios[i] = logRatios[rows[i]];
      kept[i] = labels[rows[i]];
    }
    return new HeadReadings(
        depth,
        blocks,
        ratios,
        kept,
        at(users, rows),
        at(requests, rows),
        contextTokens,
        at(candidateTokens, rows));
  }

  private static int[] at(int[] values, int[] rows) {
    return Arrays.stream(rows).map(row -> values[row]).toArray();
  }

  /**
   * Checks that something can be learned from these.
   *
   * @throws UserException if there are none, or all have one label
   */
  HeadReadings requireBothLabels() {
    double rate = size() == 0 ? Double.NaN : labelRate();
    if (!(rate > 0 && rate < 1)) {
      throw new UserException(
          size() == 0
              ? "There are no validation impressions to choose an exit policy on."
              : "All %d validation impressions have the label %d: there is nothing to rank."
                  .formatted(size(), rate > 0 ? 1 : 0),
          "Validate on more impressions, or move the label threshold so that both labels occur.");
    }
    return this;
  }
}
