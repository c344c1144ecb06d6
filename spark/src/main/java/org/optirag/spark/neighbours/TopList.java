package org.optirag.spark.neighbours;

import java.io.Serializable;

/**
 * The most similar users found so far, most similar first, ties by number. Each user stands once.
 * Not safe for use from many threads.
 */
final class TopList implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int[] users;
  private final float[] similarities;
  private int size;

  TopList(int most) {
    users = new int[most];
    similarities = new float[most];
  }

  int size() {
    return size;
  }

  int user(int rank) {
    return users[rank];
  }

  float similarity(int rank) {
    return similarities[rank];
  }

  /** Offers a user; users without an embedding have similarity 0 and are never taken. */
  void offer(int user, float similarity) {
    if (similarity == 0 || (size == users.length && !before(user, similarity, size - 1))) {
      return;
    }
    int place = size;
    while (place > 0 && before(user, similarity, place - 1)) {
      place--;
    }
    for (int rank = 0; rank < place; rank++) {
      if (users[rank] == user) {
        return;
      }
    }
    int end = size;
    for (int rank = place; rank < size; rank++) {
      if (users[rank] == user) {
        end = rank;
      }
    }
    if (end == size && size < users.length) {
      size++;
    } else if (end == size) {
      end = size - 1;
    }
    for (int rank = end; rank > place; rank--) {
      users[rank] = users[rank - 1];
      similarities[rank] = similarities[rank - 1];
    }
    users[place] = user;
    similarities[place] = similarity;
  }

  private boolean before(int user, float similarity, int rank) {
    return similarity > similarities[rank]
        || (similarity == similarities[rank] && user < users[rank]);
  }

  TopList merge(TopList other) {
    for (int rank = 0; rank < other.size; rank++) {
      offer(other.users[rank], other.similarities[rank]);
    }
    return this;
  }
}
