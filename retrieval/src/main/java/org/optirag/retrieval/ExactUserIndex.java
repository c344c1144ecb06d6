package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Compares a vector with every user's. Users lie in blocks, in each a row for every dimension: so
 * the users of a block are summed side by side, in the processor's wide registers.
 */
public final class ExactUserIndex implements UserIndex {
  /** Users of a block: their sums stay in the nearest cache. */
  private static final int LANES = 256;

  private static final Comparator<Similar> WORST_FIRST = MOST_SIMILAR_FIRST.reversed();

  private final int users;
  private final int dimension;

  /** [blocks][dimension][LANES], of length 1; rows as {@link WeightedSum} wants them. */
  private final float[][][] blocks;

  /** An index of users' embeddings of any lengths. */
  public ExactUserIndex(Embeddings users) {
    this.users = users.rows();
    this.dimension = users.dimension();
    Embeddings unit = users.normalized();
    this.blocks = new float[(this.users + LANES - 1) / LANES][dimension][LANES];
    for (int user = 0; user < this.users; user++) {
      float[][] block = blocks[user / LANES];
      for (int d = 0; d < dimension; d++) {
        block[d][user % LANES] = unit.values()[user * dimension + d];
      }
    }
  }

  @Override
  public List<Similar> nearest(float[] vector, int most, int except) {
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "a vector of " + vector.length + " numbers, the users' have " + dimension);
    }
    float[] direction = Embeddings.normalized(vector);
    PriorityQueue<Similar> best = new PriorityQueue<>(most + 1, WORST_FIRST);
    float[] sums = new float[LANES];
    for (int b = 0; b < blocks.length; b++) {
      sum(blocks[b], direction, sums);
      int first = b * LANES;
      for (int lane = 0; lane < Math.min(LANES, users - first); lane++) {
        float similarity = sums[lane];
        if (similarity == 0 || first + lane == except) {
          continue;
        }
        if (best.size() < most || similarity > best.element().similarity()) {
          best.add(new Similar(first + lane, similarity));
          if (best.size() > most) {
            best.remove();
          }
        }
      }
    }
    List<Similar> found = new ArrayList<>(best);
    found.sort(MOST_SIMILAR_FIRST);
    return found;
  }

  /** Four dimensions at a time: the sums are loaded and stored once for them. */
  private static void sum(float[][] block, float[] direction, float[] sums) {
    Arrays.fill(sums, 0);
    int d = 0;
    for (; d + 4 <= direction.length; d += 4) {
      WeightedSum.add(
          sums,
          direction[d],
          block[d],
          direction[d + 1],
          block[d + 1],
          direction[d + 2],
          block[d + 2],
          direction[d + 3],
          block[d + 3]);
    }
    for (; d < direction.length; d++) {
      WeightedSum.add(sums, direction[d], block[d]);
    }
  }

  @Override
  public void close() {}
}
