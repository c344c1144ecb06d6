package org.optirag.retrieval.behaviour;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.optirag.dataset.Interactions;

/**
 * The rows of each key (an item, a category) in order, and how many of them are likes: answers how
 * many there were between two moments by binary search. A key with a higher number than there are,
 * or below 0, has no rows. Immutable; 8 bytes for each row and key of it.
 */
final class Tally {
  private final int[] start;
  private final int[] rows;
  private final int[] likes; // among all rows before a position

  private Tally(int[] start, int[] rows, int[] likes) {
    this.start = start;
    this.rows = rows;
    this.likes = likes;
  }

  /** How many there were. */
  record Count(int seen, int liked) {
    /** The share of likes, drawn to a usual one by so many rows of it. */
    double rate(double usual, double weight) {
      return (liked + weight * usual) / (seen + weight);
    }
  }

  /**
   * Of the rows that {@code counts} holds for.
   *
   * @param keys how many there are
   * @param ofItem the keys of an item's rows
   */
  static Tally of(Interactions all, int keys, IntFunction<int[]> ofItem, IntPredicate counts) {
    int[] start = new int[keys + 1];
    for (int row = 0; row < all.size(); row++) {
      if (counts.test(row)) {
        for (int key : ofItem.apply(all.item(row))) {
          start[key + 1]++;
        }
      }
    }
    Arrays.parallelPrefix(start, Math::addExact);
    int[] next = Arrays.copyOf(start, keys);
    int[] rows = new int[start[keys]];
    for (int row = 0; row < all.size(); row++) {
      if (counts.test(row)) {
        for (int key : ofItem.apply(all.item(row))) {
          rows[next[key]++] = row;
        }
      }
    }
    int[] likes = new int[rows.length + 1];
    for (int i = 0; i < rows.length; i++) {
      likes[i + 1] = likes[i] + (all.label(rows[i]) ? 1 : 0);
    }
    return new Tally(start, rows, likes);
  }

  /** By item. */
  static Tally ofItems(Interactions all, int items, IntPredicate counts) {
    int[] key = new int[1];
    return of(
        all,
        items,
        item -> {
          key[0] = item;
          return key;
        },
        counts);
  }

  /** Those of a key among the rows from one to before another. */
  Count count(int key, int from, int to) {
    if (!has(key)) {
      return new Count(0, 0);
    }
    int first = position(key, from);
    int end = position(key, to);
    return new Count(end - first, likes[end] - likes[first]);
  }

  private boolean has(int key) {
    return key >= 0 && key < start.length - 1;
  }

  /** Where a key's positions begin. */
  int start(int key) {
    return has(key) ? start[key] : 0;
  }

  /** The first position of the key at or after a row. */
  int position(int key, int row) {
    if (!has(key)) {
      return 0;
    }
    int at = Arrays.binarySearch(rows, start[key], start[key + 1], row);
    return at >= 0 ? at : -at - 1;
  }

  /** The row at a position. */
  int row(int position) {
    return rows[position];
  }
}
