package org.optirag.retrieval;

import java.util.Comparator;
import java.util.List;

/** Finds the most similar users to a vector. Safe for use from many threads. */
public sealed interface UserIndex extends AutoCloseable
    permits ExactUserIndex, HnswUserIndex, GrownUserIndex {
  /** From this many users on the graph index is built; below a scan takes under a millisecond. */
  int HNSW_FROM = 200_000;

  /** Ties by number. */
  Comparator<Similar> MOST_SIMILAR_FIRST =
      Comparator.comparingDouble(Similar::similarity)
          .reversed()
          .thenComparing(Comparator.comparingInt(Similar::user));

  /**
   * A user found.
   *
   * @param user the user's number
   * @param similarity cosine, in [-1, 1]
   */
  record Similar(int user, float similarity) {}

  /**
   * The most similar users, most similar first; ties by number. Users without an embedding (length
   * 0) are never found.
   *
   * @param vector of any length but 0
   * @param most how many at most
   * @param except a user to leave out, or -1
   */
  List<Similar> nearest(float[] vector, int most, int except);

  /** An exact index below {@link #HNSW_FROM} users, an approximate one from there on. */
  static UserIndex of(Embeddings users) {
    return users.rows() < HNSW_FROM ? new ExactUserIndex(users) : HnswUserIndex.build(users);
  }

  /**
   * An index of embeddings some of which have changed: built anew where that is fast, else grown.
   *
   * @param trained of the embeddings before
   * @param users all embeddings now
   * @param changed users whose embeddings are other than they were, and all new users
   */
  static UserIndex grown(UserIndex trained, Embeddings users, int[] changed) {
    return trained instanceof ExactUserIndex
        ? new ExactUserIndex(users)
        : new GrownUserIndex(trained, users, changed);
  }

  @Override
  void close();
}
