package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * An index that took long to build, and beside it the users whose embeddings have changed since or
 * are new, who are compared one by one: made anew in the time that these take alone.
 */
final class GrownUserIndex implements UserIndex {
  /** More than asked for, as some of those found have changed and do not count. */
  private static final int SPARE = 50;

  private final UserIndex trained;
  private final int[] changed;
  private final BitSet isChanged = new BitSet();
  private final ExactUserIndex anew;

  /**
   * @param trained of the embeddings before; closed by who made it
   * @param users all embeddings now
   * @param changed users whose embeddings are other than they were, and all new users
   */
  GrownUserIndex(UserIndex trained, Embeddings users, int[] changed) {
    this.trained = trained;
    this.changed = changed.clone();
    Embeddings rows = Embeddings.zeros(changed.length, users.dimension());
    for (int row = 0; row < changed.length; row++) {
      rows.set(row, users.row(changed[row]));
      isChanged.set(changed[row]);
    }
    this.anew = new ExactUserIndex(rows);
  }

  @Override
  public List<Similar> nearest(float[] vector, int most, int except) {
    List<Similar> found = new ArrayList<>();
    for (Similar similar : anew.nearest(vector, most + 1, -1)) {
      int user = changed[similar.user()];
      if (user != except) {
        found.add(new Similar(user, similar.similarity()));
      }
    }
    for (Similar similar : trained.nearest(vector, 2 * most + SPARE, except)) {
      if (!isChanged.get(similar.user())) {
        found.add(similar);
      }
    }
    found.sort(MOST_SIMILAR_FIRST);
    return List.copyOf(found.subList(0, Math.min(most, found.size())));
  }

  @Override
  public void close() {}
}
