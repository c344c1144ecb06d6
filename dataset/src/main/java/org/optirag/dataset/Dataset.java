package org.optirag.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A data set in memory.
 *
 * @param name for instance "movielens-100k"
 * @param noun what an item is called in prompts, for instance "movie"
 * @param users ids and profiles
 * @param items ids and texts
 * @param interactions all rows, in order of time; a user's history is taken from these
 * @param published the split that came with the data, or none
 * @param timed whether times are seconds since 1970; if not they are places in an order
 */
public record Dataset(
    String name,
    String noun,
    Users users,
    Items items,
    Interactions interactions,
    PublishedSplit published,
    boolean timed) {

  /** Checks that the published split speaks of every row. */
  public Dataset {
    if (published.present() && published.size() != interactions.size()) {
      throw new IllegalArgumentException(
          "a split of " + published.size() + " rows for " + interactions.size());
    }
  }

  /** Data with times and without a split of its own. */
  public Dataset(String name, String noun, Users users, Items items, Interactions interactions) {
    this(name, noun, users, items, interactions, PublishedSplit.none(), true);
  }

  /**
   * The same with ratings and labels dealt anew, each to a row drawn at random from the same part
   * of the published split: what predicts these has seen them.
   */
  public Dataset permuted(long seed) {
    Random random = new Random(seed);
    int[] from = new int[interactions.size()];
    Map<Part, List<Integer>> rows = new EnumMap<>(Part.class);
    for (int row = 0; row < from.length; row++) {
      Part part = published.present() ? published.of(row) : Part.TRAIN;
      rows.computeIfAbsent(part, of -> new ArrayList<>()).add(row);
    }
    for (List<Integer> part : rows.values()) {
      List<Integer> drawn = new ArrayList<>(part);
      Collections.shuffle(drawn, random);
      for (int i = 0; i < drawn.size(); i++) {
        from[part.get(i)] = drawn.get(i);
      }
    }
    return new Dataset(
        name, noun, users, items, interactions.labelledAs(row -> from[row]), published, timed);
  }

  /** Parts the interactions by the rule. */
  public Split split(SplitRule rule) {
    return rule.apply(this);
  }

  /** Parts the interactions as {@link SplitRule#standard} says. */
  public Split split() {
    return split(SplitRule.standard(this));
  }
}
