package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Compares a vector with every user's. */
public final class ExactUserIndex implements UserIndex {
  private static final Comparator<Similar> WORST_FIRST =
      Comparator.comparingDouble(Similar::similarity)
          .thenComparing(Comparator.comparingInt(Similar::user).reversed());

  private final Embeddings unit;

  /** An index of users' embeddings of any lengths. */
  public ExactUserIndex(Embeddings users) {
    this.unit = users.normalized();
  }

  @Override
  public List<Similar> nearest(float[] vector, int most, int except) {
    float[] direction = Embeddings.normalized(vector);
    PriorityQueue<Similar> best = new PriorityQueue<>(most + 1, WORST_FIRST);
    for (int user = 0; user < unit.rows(); user++) {
      float similarity = unit.dot(user, direction);
      if (user == except || similarity == 0) {
        continue;
      }
      if (best.size() < most || similarity > best.element().similarity()) {
        best.add(new Similar(user, similarity));
        if (best.size() > most) {
          best.remove();
        }
      }
    }
    List<Similar> found = new ArrayList<>(best);
    found.sort(Collections.reverseOrder(WORST_FIRST));
    return found;
  }

  @Override
  public void close() {}
}
