package org.optirag.dataset;

import java.util.Arrays;

/**
 * The interactions of each user, and of each item, in order of time: what a user did, or who
 * touched an item, strictly before a moment. A user or item with a higher number than there are has
 * done nothing yet. Immutable and safe for use from many threads.
 */
public final class Behaviours {
  private final Interactions interactions;
  private final Rows byUser;
  private final Rows byItem;

  /**
   * @param interactions what may be seen; leave out what must not (validation and test labels)
   * @param users how many users there are
   * @param items how many items there are
   */
  public Behaviours(Interactions interactions, int users, int items) {
    this.interactions = interactions;
    this.byUser = Rows.group(interactions, users, true);
    this.byItem = Rows.group(interactions, items, false);
  }

  /** The rows that {@link #ofUser} and {@link #ofItem} point to. */
  public Interactions interactions() {
    return interactions;
  }

  /** Rows of the user's interactions strictly before {@code time}, oldest first. */
  public int[] ofUser(int user, long time) {
    return byUser.before(interactions, user, time, Integer.MAX_VALUE);
  }

  /** Rows of the user's latest {@code most} interactions strictly before {@code time}. */
  public int[] ofUser(int user, long time, int most) {
    return byUser.before(interactions, user, time, most);
  }

  /** Rows of the item's interactions strictly before {@code time}, oldest first. */
  public int[] ofItem(int item, long time) {
    return byItem.before(interactions, item, time, Integer.MAX_VALUE);
  }

  /** How many interactions the user has in all. */
  public int countOfUser(int user) {
    return byUser.count(user);
  }

  /** How many interactions the item has in all. */
  public int countOfItem(int item) {
    return byItem.count(item);
  }

  /** Row numbers grouped by key, ascending within each. */
  private record Rows(int[] start, int[] rows) {
    private static final int[] NONE = {};

    static Rows group(Interactions all, int keys, boolean user) {
      int[] start = new int[keys + 1];
      for (int row = 0; row < all.size(); row++) {
        start[(user ? all.user(row) : all.item(row)) + 1]++;
      }
      for (int key = 0; key < keys; key++) {
        start[key + 1] += start[key];
      }
      int[] next = Arrays.copyOf(start, keys);
      int[] rows = new int[all.size()];
      for (int row = 0; row < all.size(); row++) {
        rows[next[user ? all.user(row) : all.item(row)]++] = row;
      }
      return new Rows(start, rows);
    }

    int count(int key) {
      return key < start.length - 1 ? start[key + 1] - start[key] : 0;
    }

    int[] before(Interactions all, int key, long time, int most) {
      if (count(key) == 0) {
        return NONE;
      }
      int low = start[key];
      int high = start[key + 1];
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (all.time(rows[middle]) < time) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return Arrays.copyOfRange(rows, Math.max(start[key], low - most), low);
    }
  }
}
