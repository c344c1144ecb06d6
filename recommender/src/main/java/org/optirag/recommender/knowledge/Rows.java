package org.optirag.recommender.knowledge;

import java.util.Arrays;
import java.util.Comparator;
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

  /** A copy in order of time; where times are equal, in the order in which they were told. */
  public Interactions inOrderOfTime() {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, row -> row);
    Arrays.sort(order, Comparator.comparingLong(row -> times[row]));
    int[] u = new int[size];
    int[] v = new int[size];
    float[] r = new float[size];
    boolean[] y = new boolean[size];
    long[] t = new long[size];
    for (int i = 0; i < size; i++) {
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
