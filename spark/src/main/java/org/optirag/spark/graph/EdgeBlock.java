package org.optirag.spark.graph;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The edges of a block of users, as compressed rows over the items that the block touches: only
 * these travel to it, and only for these it has something to send.
 *
 * @param start where the edges of each user begin, [users + 1]
 * @param slots for each edge the place of its item in {@code rows}
 * @param segments where each block of items begins in {@code rows}, [item blocks + 1]
 * @param rows the items touched, each as its row in its block; ascending within a segment
 * @param degrees how many of the block's users touch each of them
 */
record EdgeBlock(int[] start, int[] slots, int[] segments, int[] rows, int[] degrees)
    implements Serializable {

  static EdgeBlock empty(int users, int itemBlocks) {
    return new EdgeBlock(
        new int[users + 1], new int[0], new int[itemBlocks + 1], new int[0], new int[0]);
  }

  /** 1 / sqrt of the users' degrees, 0 for those without edges. */
  float inverseRoot(int user) {
    int degree = start[user + 1] - start[user];
    return degree == 0 ? 0 : (float) (1 / Math.sqrt(degree));
  }

  int users() {
    return start.length - 1;
  }

  /** Sums the rows of a table of touched items for each user: [users, dimension]. */
  float[] gather(float[] table, int dimension) {
    float[] sums = new float[users() * dimension];
    for (int user = 0; user < users(); user++) {
      int to = user * dimension;
      for (int e = start[user]; e < start[user + 1]; e++) {
        int from = slots[e] * dimension;
        for (int d = 0; d < dimension; d++) {
          sums[to + d] += table[from + d];
        }
      }
      scale(sums, to, dimension, inverseRoot(user));
    }
    return sums;
  }

  /** Sums what the users of the block give to each touched item: [touched, dimension]. */
  float[] scatter(float[] users, int dimension) {
    float[] sums = new float[rows.length * dimension];
    float[] scaled = new float[dimension];
    for (int user = 0; user < users(); user++) {
      float root = inverseRoot(user);
      for (int d = 0; d < dimension; d++) {
        scaled[d] = root * users[user * dimension + d];
      }
      for (int e = start[user]; e < start[user + 1]; e++) {
        int to = slots[e] * dimension;
        for (int d = 0; d < dimension; d++) {
          sums[to + d] += scaled[d];
        }
      }
    }
    return sums;
  }

  private static void scale(float[] values, int from, int length, float factor) {
    for (int d = from; d < from + length; d++) {
      values[d] *= factor;
    }
  }

  /** Takes the edges of a block in any order and puts them into rows. */
  static final class Builder {
    private final Blocks blocks;
    private final int block;
    private long[] edges = new long[1024]; // user row, item block, item row
    private int size;

    Builder(Blocks blocks, int block) {
      this.blocks = blocks;
      this.block = block;
    }

    void add(int user, int item) {
      if (size == edges.length) {
        edges = Arrays.copyOf(edges, Math.multiplyExact(size, 2));
      }
      // The item's number in the order of blocks, then rows.
      int blockRows = (blocks.items() + blocks.itemBlocks() - 1) / blocks.itemBlocks();
      long ordinal = (long) (item % blocks.itemBlocks()) * blockRows + item / blocks.itemBlocks();
      edges[size++] = (long) (user / blocks.userBlocks()) << 32 | ordinal;
    }

    EdgeBlock build() {
      Arrays.sort(edges, 0, size);
      int unique = 0;
      for (int e = 0; e < size; e++) {
        if (e == 0 || edges[e] != edges[e - 1]) {
          edges[unique++] = edges[e];
        }
      }
      int[] touched = touched(unique);
      int[] start = new int[blocks.usersIn(block) + 1];
      int[] slots = new int[unique];
      int[] degrees = new int[touched.length];
      for (int e = 0; e < unique; e++) {
        start[(int) (edges[e] >>> 32) + 1]++;
        slots[e] = Arrays.binarySearch(touched, (int) edges[e]);
        degrees[slots[e]]++;
      }
      Arrays.parallelPrefix(start, Integer::sum);
      int blockRows = (blocks.items() + blocks.itemBlocks() - 1) / blocks.itemBlocks();
      int[] segments = new int[blocks.itemBlocks() + 1];
      int[] rows = new int[touched.length];
      for (int t = 0; t < touched.length; t++) {
        segments[touched[t] / blockRows + 1]++;
        rows[t] = touched[t] % blockRows;
      }
      Arrays.parallelPrefix(segments, Integer::sum);
      return new EdgeBlock(start, slots, segments, rows, degrees);
    }

    private int[] touched(int unique) {
      int[] items = new int[unique];
      for (int e = 0; e < unique; e++) {
        items[e] = (int) edges[e];
      }
      Arrays.sort(items);
      int kept = 0;
      for (int e = 0; e < unique; e++) {
        if (e == 0 || items[e] != items[e - 1]) {
          items[kept++] = items[e];
        }
      }
      return Arrays.copyOf(items, kept);
    }
  }
}
