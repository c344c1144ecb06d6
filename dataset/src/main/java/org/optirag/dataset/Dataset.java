package org.optirag.dataset;

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

  /** Parts the interactions by the rule. */
  public Split split(SplitRule rule) {
    return rule.apply(this);
  }

  /** Parts the interactions as {@link SplitRule#standard} says. */
  public Split split() {
    return split(SplitRule.standard(this));
  }
}
