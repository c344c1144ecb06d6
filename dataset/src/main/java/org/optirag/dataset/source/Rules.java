package org.optirag.dataset.source;

import org.optirag.workspace.UserException;

/**
 * How an import turns rows into labelled interactions, and which it keeps.
 *
 * @param likedFrom a rating of at least this is label 1 (3.5 stands for "above 3")
 * @param zeros what a rating of 0 means
 * @param core every user and item left has at least this many interactions; 1 keeps all
 * @param order the order of rows without time
 * @param allItems whether items that nobody touched are kept too
 * @param mostBroken the share of broken rows above which the import stops
 */
public record Rules(
    double likedFrom, Zeros zeros, int core, Order order, boolean allItems, double mostBroken) {

  /** What a rating of 0 means. */
  public enum Zeros {
    /** A rating like any other. */
    RATING,
    /** Touched but not rated: label 0, no rating. */
    NEGATIVE,
    /** Touched but not rated: left out. */
    DROP
  }

  /** The order of rows without time. */
  public enum Order {
    /** As they stand in the files. */
    FILE,
    /** Drawn, always in the same way: for files that are sorted by item. */
    SHUFFLED
  }

  /** Checks the values. */
  public Rules {
    if (Double.isNaN(likedFrom)) {
      throw new UserException("The label threshold is not a number.", "Give one, such as 4.");
    }
    if (core < 1) {
      throw new UserException("A core of " + core + " is not one.", "Give 1 (all) or more.");
    }
    if (!(mostBroken >= 0 && mostBroken <= 1)) {
      throw new UserException(
          "A share of " + mostBroken + " broken rows is not one.", "Give a number from 0 to 1.");
    }
  }

  /** Liked from this rating on; nothing else out of the ordinary. */
  public static Rules likedFrom(double rating) {
    return new Rules(rating, Zeros.RATING, 1, Order.FILE, false, 0.01);
  }

  /** The same with another threshold. */
  public Rules withLikedFrom(double rating) {
    return new Rules(rating, zeros, core, order, allItems, mostBroken);
  }

  /** The same with another meaning of 0. */
  public Rules withZeros(Zeros meaning) {
    return new Rules(likedFrom, meaning, core, order, allItems, mostBroken);
  }

  /** The same with another core. */
  public Rules withCore(int least) {
    return new Rules(likedFrom, zeros, least, order, allItems, mostBroken);
  }

  /** The same with another order of rows without time. */
  public Rules withOrder(Order untimed) {
    return new Rules(likedFrom, zeros, core, untimed, allItems, mostBroken);
  }

  /** The same, keeping items that nobody touched or not. */
  public Rules withAllItems(boolean all) {
    return new Rules(likedFrom, zeros, core, order, all, mostBroken);
  }

  /** The same with another share of broken rows. */
  public Rules withMostBroken(double share) {
    return new Rules(likedFrom, zeros, core, order, allItems, share);
  }
}
