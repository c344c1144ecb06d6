package org.optirag.recommender.knowledge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
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
    Integer[] order = new Integer[size];
    Arrays.setAll(order, row -> row);
    Arrays.sort(order, Comparator.comparingLong(row -> times[row]));
    int kept = size;
    Set<Long> later = new HashSet<>();
    for (int i = size - 1; i >= 0; i--) {
      if (later.add(Pairs.pair(users[order[i]], items[order[i]]))) {
        order[--kept] = order[i];
      }
    }
    return copy(Arrays.copyOfRange(order, kept, size));
  }

  private Interactions copy(Integer[] order) {
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
