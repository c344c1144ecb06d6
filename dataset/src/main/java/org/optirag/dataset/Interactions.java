package org.optirag.dataset;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Interactions as columns, in order of time (ties keep the order of the source). Immutable; 21
 * bytes a row, so that 25 million rows take half a gigabyte; 25 bytes where requests are known.
 *
 * <p>A row is (user number, item number, rating, label, time). The label is 1 where the user liked
 * or clicked. The time is in seconds since 1970, or, where the source has none, the row's place in
 * its order.
 *
 * <p>Where the source tells what was shown together, a row also has the number of its request. Its
 * rows with label 0 were shown and not clicked.
 */
public final class Interactions {
  /** In place of a request's number: nobody knows what else was shown. */
  public static final int ALONE = -1;

  private final int[] users;
  private final int[] items;
  private final float[] ratings;
  private final boolean[] labels;
  private final long[] times;
  private final int @Nullable [] requests;

  /**
   * Takes ownership of the columns, of a source that does not tell what was shown together.
   *
   * @param ratings the raw rating, NaN where the source has clicks only
   * @throws IllegalArgumentException if the lengths differ or the times decrease
   */
  public Interactions(int[] users, int[] items, float[] ratings, boolean[] labels, long[] times) {
    this(users, items, ratings, labels, times, null);
  }

  /**
   * Takes ownership of the columns.
   *
   * @param ratings the raw rating, NaN where the source has clicks only
   * @param requests a number that the rows of one request share, {@link #ALONE} for rows of none;
   *     null where none is known
   * @throws IllegalArgumentException if the lengths differ or the times decrease
   */
  public Interactions(
      int[] users,
      int[] items,
      float[] ratings,
      boolean[] labels,
      long[] times,
      int @Nullable [] requests) {
    int n = users.length;
    if (items.length != n
        || ratings.length != n
        || labels.length != n
        || times.length != n
        || (requests != null && requests.length != n)) {
      throw new IllegalArgumentException("columns differ in length");
    }
    for (int i = 1; i < n; i++) {
      if (times[i] < times[i - 1]) {
        throw new IllegalArgumentException(
            "row " + i + " has time " + times[i] + " after " + times[i - 1]);
      }
    }
    this.users = users;
    this.items = items;
    this.ratings = ratings;
    this.labels = labels;
    this.times = times;
    this.requests = requests;
  }

  /** How many rows there are. */
  public int size() {
    return users.length;
  }

  /** The user's number in {@link Dataset#users()}. */
  public int user(int row) {
    return users[row];
  }

  /** The item's number in {@link Dataset#items()}. */
  public int item(int row) {
    return items[row];
  }

  /** The rating as given, or NaN where the source has clicks only. */
  public float rating(int row) {
    return ratings[row];
  }

  /** Whether the user liked or clicked the item. */
  public boolean label(int row) {
    return labels[row];
  }

  /** Seconds since 1970, or the place in the source's order. */
  public long time(int row) {
    return times[row];
  }

  /** Whether the source tells, of some rows at least, what was shown together. */
  public boolean hasRequests() {
    return requests != null;
  }

  /** The number of the row's request, or {@link #ALONE} where none is known. */
  public int request(int row) {
    return requests == null ? ALONE : requests[row];
  }

  /** The same rows, each with the rating and the label of another one. */
  Interactions labelledAs(IntUnaryOperator other) {
    float[] rated = new float[size()];
    boolean[] labelled = new boolean[size()];
    for (int row = 0; row < size(); row++) {
      rated[row] = ratings[other.applyAsInt(row)];
      labelled[row] = labels[other.applyAsInt(row)];
    }
    return new Interactions(users, items, rated, labelled, times, requests);
  }

  /** The rows for which {@code keep} holds, in the same order. */
  public Interactions filter(IntPredicate keep) {
    int[] rows = new int[size()];
    int n = 0;
    for (int row = 0; row < size(); row++) {
      if (keep.test(row)) {
        rows[n++] = row;
      }
    }
    return rows(Arrays.copyOf(rows, n));
  }

  /**
   * The given rows.
   *
   * @param rows ascending row numbers
   */
  public Interactions rows(int[] rows) {
    int n = rows.length;
    int[] u = new int[n];
    int[] v = new int[n];
    float[] r = new float[n];
    boolean[] y = new boolean[n];
    long[] t = new long[n];
    int[] q = requests == null ? null : new int[n];
    for (int i = 0; i < n; i++) {
      u[i] = users[rows[i]];
      v[i] = items[rows[i]];
      r[i] = ratings[rows[i]];
      y[i] = labels[rows[i]];
      t[i] = times[rows[i]];
      if (q != null) {
        q[i] = request(rows[i]);
      }
    }
    return new Interactions(u, v, r, y, t, q);
  }

  /**
   * These rows and others in one order of time; where times are equal, these come first.
   *
   * @param others of the same data set, so that equal numbers of requests mean the same one
   */
  public Interactions merged(Interactions others) {
    if (others.size() == 0) {
      return this;
    }
    int n = size() + others.size();
    int[] u = new int[n];
    int[] v = new int[n];
    float[] r = new float[n];
    boolean[] y = new boolean[n];
    long[] t = new long[n];
    int[] q = requests == null && others.requests == null ? null : new int[n];
    int mine = 0;
    int other = 0;
    for (int i = 0; i < n; i++) {
      boolean fromMine =
          other == others.size() || (mine < size() && times[mine] <= others.times[other]);
      Interactions from = fromMine ? this : others;
      int row = fromMine ? mine++ : other++;
      u[i] = from.users[row];
      v[i] = from.items[row];
      r[i] = from.ratings[row];
      y[i] = from.labels[row];
      t[i] = from.times[row];
      if (q != null) {
        q[i] = from.request(row);
      }
    }
    return new Interactions(u, v, r, y, t, q);
  }

  /** The share of rows with label 1, NaN if there are none. */
  public double labelRate() {
    int liked = 0;
    for (boolean label : labels) {
      liked += label ? 1 : 0;
    }
    return (double) liked / size();
  }
}
