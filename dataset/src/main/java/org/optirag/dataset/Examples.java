package org.optirag.dataset;

import java.util.Arrays;
import java.util.SplittableRandom;

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
   * The same seed draws the same rows, and a larger count draws a superset.
   */
  public static Interactions sample(Interactions examples, int count, long seed) {
    int n = examples.size();
    if (count >= n) {
      return examples;
    }
    SplittableRandom random = new SplittableRandom(seed);
    int[] rows = new int[n];
    Arrays.setAll(rows, i -> i);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(n - i);
      int row = rows[i];
      rows[i] = rows[other];
      rows[other] = row;
    }
    int[] drawn = Arrays.copyOf(rows, count);
    Arrays.sort(drawn);
    return examples.rows(drawn);
  }
}
