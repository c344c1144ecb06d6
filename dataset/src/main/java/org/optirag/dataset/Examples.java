package org.optirag.dataset;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Chooses among labelled impressions. */
public final class Examples {
  private Examples() {}

  /**
   * The examples whose user has at least {@code least} interactions strictly before them.
   *
   * @param examples labelled impressions
   * @param histories what users did; all interactions of the data set
   */
  public static Interactions withHistory(Interactions examples, Behaviours histories, int least) {
    return examples.filter(
        row -> histories.ofUser(examples.user(row), examples.time(row), least).length >= least);
  }

  /**
   * {@code count} examples drawn without repetition, or all if there are no more; in order of time.
   * The same seed draws the same rows, and a larger count draws a superset. Requests are drawn
   * whole, so that there may be a few more examples than {@code count}.
   */
  public static Interactions sample(Interactions examples, int count, long seed) {
    int n = examples.size();
    if (count >= n) {
      return examples;
    }
    int[] groups = groups(examples);
    int[] sizes = new int[n];
    for (int group : groups) {
      sizes[group]++;
    }
    int[] order = IntStream.range(0, n).filter(group -> sizes[group] > 0).toArray();
    boolean[] drawn = new boolean[n];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0, rows = 0; rows < count; i++) {
      int other = i + random.nextInt(order.length - i);
      int group = order[other];
      order[other] = order[i];
      drawn[group] = true;
      rows += sizes[group];
    }
    return examples.filter(row -> drawn[groups[row]]);
  }

  /** For each row the first row of its request; itself, where it has none. */
  private static int[] groups(Interactions examples) {
    Map<Integer, Integer> first = new HashMap<>();
    int[] groups = new int[examples.size()];
    Arrays.setAll(
        groups,
        row ->
            examples.request(row) == Interactions.ALONE
                ? row
                : first.computeIfAbsent(examples.request(row), number -> row));
    return groups;
  }
}
