package org.optirag.retrieval.behaviour;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.optirag.dataset.Interactions;

/**
 * Who liked what before a moment, each pair once: A_ui = 1 / sqrt((n_u + 1)(n_i + 1)), so that busy
 * users and popular items do not outweigh all others. Immutable; 8 bytes a like.
 */
final class LikeMatrix {
  private final Side users;
  private final Side items;

  /**
   * Compressed rows.
   *
   * @param start where each row's entries begin
   * @param others the other side's numbers
   * @param scale 1 / sqrt(entries of the row + 1)
   */
  private record Side(int[] start, int[] others, float[] scale) {
    int size() {
      return scale.length;
    }

    /** The rows' sums over the vectors of the other side. */
    float[][] sums(Side other, float[][] vectors, int width) {
      float[][] sums = new float[size()][width];
      IntStream.range(0, size())
          .parallel()
          .forEach(row -> {
            float[] sum = sums[row];
            for (int e = start[row]; e < start[row + 1]; e++) {
              float[] vector = vectors[others[e]];
              float weight = scale[row] * other.scale[others[e]];
              for (int d = 0; d < width; d++) {
                sum[d] += weight * vector[d];
              }
            }
          });
      return sums;
    }
  }

  private LikeMatrix(Side users, Side items) {
    this.users = users;
    this.items = items;
  }

  /** Of the likes strictly before a time. */
  static LikeMatrix before(Interactions all, long time, int users, int items) {
    long[] pairs =
        IntStream.range(0, all.size())
            .takeWhile(row -> all.time(row) < time)
            .filter(all::label)
            .mapToLong(row -> (long) all.user(row) << Integer.SIZE | all.item(row))
            .sorted()
            .distinct()
            .toArray();
    return new LikeMatrix(side(pairs, users, Integer.SIZE, 0), side(pairs, items, 0, Integer.SIZE));
  }

  /** Grouped by the number that begins at one bit, with those that begin at another. */
  private static Side side(long[] pairs, int size, int of, int other) {
    int[] start = new int[size + 1];
    for (long pair : pairs) {
      start[(int) (pair >>> of) + 1]++;
    }
    float[] scale = new float[size];
    for (int row = 0; row < size; row++) {
      scale[row] = (float) (1 / Math.sqrt(start[row + 1] + 1.0));
      start[row + 1] += start[row];
    }
    int[] next = Arrays.copyOf(start, size);
    int[] others = new int[pairs.length];
    for (long pair : pairs) {
      others[next[(int) (pair >>> of)]++] = (int) (pair >>> other);
    }
    return new Side(start, others, scale);
  }

  int users() {
    return users.size();
  }

  int items() {
    return items.size();
  }

  /** Whether anybody liked the item. */
  boolean liked(int item) {
    return items.start[item + 1] > items.start[item];
  }

  /**
   * A y.
   *
   * @param y [items, width]
   * @return [users, width]
   */
  float[][] times(float[][] y, int width) {
    return users.sums(items, y, width);
  }

  /**
   * Aᵀ x.
   *
   * @param x [users, width]
   * @return [items, width]
   */
  float[][] transposedTimes(float[][] x, int width) {
    return items.sums(users, x, width);
  }
}
