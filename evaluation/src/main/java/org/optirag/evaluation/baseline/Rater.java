package org.optirag.evaluation.baseline;

/** Orders items for a user, on a scale of its own: the better he will like one, the higher. */
@FunctionalInterface
interface Rater {
  /**
   * Rates the items by what lies strictly before {@code time}.
   *
   * @return a rating for each item, in order
   */
  double[] rate(int user, int[] items, long time);
}
