package org.optirag.dataset;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.optirag.workspace.UserException;

/**
 * Draws impressions that did not happen, for data that holds clicks alone: for each click, items
 * that its user never touches, at the click's moment and with label 0.
 *
 * <p>The ratio changes the mean label and so what a calibrated probability means: state it beside
 * every figure.
 *
 * @param ratio negatives for each positive
 * @param choice how items are drawn
 * @param seed of the draw
 */
public record NegativeSampling(int ratio, Choice choice, long seed) {
  private static final int MOST_DRAWS = 10_000;

  /** How items are drawn. */
  public enum Choice {
    /** Every item alike. */
    UNIFORM,
    /** In proportion to the number of interactions of the data set that an item has. */
    POPULARITY
  }

  /** Checks the ratio. */
  public NegativeSampling {
    if (ratio < 1 || ratio > 1000) {
      throw new UserException(
          ratio + " negatives for each positive cannot be drawn.", "Give a number from 1 to 1000.");
    }
  }

  /**
   * The positives among {@code clicks}, each followed by its negatives, in order of time.
   *
   * @throws UserException if a user has touched (nearly) every item
   */
  public Interactions sample(Interactions clicks, Dataset data) {
    Interactions all = data.interactions();
    BitSet[] touched = new BitSet[data.users().size()];
    for (int row = 0; row < all.size(); row++) {
      int user = all.user(row);
      if (touched[user] == null) {
        touched[user] = new BitSet();
      }
      touched[user].set(all.item(row));
    }
    Interactions positives = clicks.filter(clicks::label);
    SplittableRandom random = new SplittableRandom(seed);
    int n = positives.size() * (1 + ratio);
    int[] users = new int[n];
    int[] items = new int[n];
    float[] ratings = new float[n];
    Arrays.fill(ratings, Float.NaN);
    boolean[] labels = new boolean[n];
    long[] times = new long[n];
    for (int row = 0, to = 0; row < positives.size(); row++) {
      int user = positives.user(row);
      BitSet seen = touched[user] == null ? new BitSet() : (BitSet) touched[user].clone();
      seen.set(positives.item(row));
      for (int i = 0; i <= ratio; i++, to++) {
        users[to] = user;
        items[to] = i == 0 ? positives.item(row) : draw(all, data, seen, random);
        labels[to] = i == 0;
        ratings[to] = i == 0 ? positives.rating(row) : Float.NaN;
        times[to] = positives.time(row);
        seen.set(items[to]);
      }
    }
    return new Interactions(users, items, ratings, labels, times);
  }

  private int draw(Interactions all, Dataset data, BitSet seen, SplittableRandom random) {
    for (int i = 0; i < MOST_DRAWS; i++) {
      int item =
          choice == Choice.UNIFORM
              ? random.nextInt(data.items().size())
              : all.item(random.nextInt(all.size()));
      if (!seen.get(item)) {
        return item;
      }
    }
    throw new UserException(
        "No item is left to draw as a negative: a user has touched "
            + seen.cardinality()
            + " of "
            + data.items().size()
            + " items.",
        "Draw fewer negatives, or leave such users out.");
  }
}
