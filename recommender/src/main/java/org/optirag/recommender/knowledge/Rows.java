package org.optirag.recommender.knowledge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.Behaviour;

/** Interactions in the order in which they were told, as columns that grow. One thread's. */
public final class Rows {
  private int size;
  private int[] users = new int[64];
  private int[] items = new int[64];
  private float[] ratings = new float[64];
  private boolean[] labels = new boolean[64];
  private long[] times = new long[64];

  /** Adds what a user did. */
  public void add(int user, Behaviour behaviour) {
    if (size == users.length) {
      int more = Math.multiplyExact(2, size);
      users = Arrays.copyOf(users, more);
      items = Arrays.copyOf(items, more);
      ratings = Arrays.copyOf(ratings, more);
      labels = Arrays.copyOf(labels, more);
      times = Arrays.copyOf(times, more);
    }
    users[size] = user;
    items[size] = behaviour.item();
    ratings[size] = behaviour.rating();
    labels[size] = behaviour.liked();
    times[size++] = behaviour.time();
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /**
   * A copy in order of time; where times are equal, in the order in which they were told. Of each
   * user and item the last in this order is kept.
   */
  public Interactions inOrderOfTime() {
    int[] order = order();
    int kept = size;
    PairSet later = new PairSet(size);
    for (int i = size - 1; i >= 0; i--) {
      if (later.add(Pairs.pair(users[order[i]], items[order[i]]))) {
        order[--kept] = order[i];
      }
    }
    return copy(Arrays.copyOfRange(order, kept, size));
  }

  private int[] order() {
    boolean ordered = true;
    for (int row = 1; row < size && ordered; row++) {
      ordered = times[row - 1] <= times[row];
    }
    IntStream rows = IntStream.range(0, size);
    return ordered
        ? rows.toArray() // as it nearly always is
        : rows.boxed()
            .sorted(Comparator.comparingLong(row -> times[row]))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /** Pairs in two longs for each: a store may have millions of them. */
  private static final class PairSet {
    private static final long NONE = -1; // no pair has a sign
    private final long[] places;

    PairSet(int most) {
      places = new long[Integer.highestOneBit(Math.max(1, most)) << 2];
      Arrays.fill(places, NONE);
    }

    boolean add(long pair) {
      int place = Long.hashCode(pair * 0x9E3779B97F4A7C15L) & (places.length - 1);
      while (places[place] != NONE) {
        if (places[place] == pair) {
          return false;
        }
        place = (place + 1) & (places.length - 1);
      }
      places[place] = pair;
      return true;
    }
  }

  private Interactions copy(int[] order) {
    int n = order.length;
    int[] u = new int[n];
    int[] v = new int[n];
    float[] r = new float[n];
    boolean[] y = new boolean[n];
    long[] t = new long[n];
    for (int i = 0; i < n; i++) {
      int row = order[i];
      u[i] = users[row];
      v[i] = items[row];
      r[i] = ratings[row];
      y[i] = labels[row];
      t[i] = times[row];
    }
    return new Interactions(u, v, r, y, t);
  }
}
