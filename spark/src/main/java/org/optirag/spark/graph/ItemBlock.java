package org.optirag.spark.graph;

import java.io.Serializable;

/**
 * A block of items: which of them each block of users touches, and their degrees.
 *
 * @param userBlocks the blocks of users that touch some, ascending
 * @param rows the rows that each of them touches, ascending
 * @param inverseRoots 1 / sqrt of the items' degrees, 0 for those without edges
 */
record ItemBlock(int[] userBlocks, int[][] rows, float[] inverseRoots) implements Serializable {

  /** What a block of users tells of the items it touches. */
  record Touch(int userBlock, int[] rows, int[] degrees) implements Serializable {}

  static ItemBlock of(Iterable<Touch> touches, int items) {
    java.util.List<Touch> sorted = new java.util.ArrayList<>();
    touches.forEach(sorted::add);
    sorted.sort(java.util.Comparator.comparingInt(Touch::userBlock));
    int[] degrees = new int[items];
    for (Touch touch : sorted) {
      for (int r = 0; r < touch.rows().length; r++) {
        degrees[touch.rows()[r]] += touch.degrees()[r];
      }
    }
    float[] roots = new float[items];
    for (int i = 0; i < items; i++) {
      roots[i] = degrees[i] == 0 ? 0 : (float) (1 / Math.sqrt(degrees[i]));
    }
    return new ItemBlock(
        sorted.stream().mapToInt(Touch::userBlock).toArray(),
        sorted.stream().map(Touch::rows).toArray(int[][]::new),
        roots);
  }

  /** The rows that a block of users touches, each divided by the root of its item's degree. */
  float[] scaledRows(int which, float[] items, int dimension) {
    int[] wanted = rows[which];
    float[] values = new float[wanted.length * dimension];
    for (int r = 0; r < wanted.length; r++) {
      int from = wanted[r] * dimension;
      float root = inverseRoots[wanted[r]];
      for (int d = 0; d < dimension; d++) {
        values[r * dimension + d] = root * items[from + d];
      }
    }
    return values;
  }

  /** Adds what a block of users gave to the rows it touches. */
  void add(int which, float[] values, float[] sums, int dimension) {
    int[] touched = rows[which];
    for (int r = 0; r < touched.length; r++) {
      int to = touched[r] * dimension;
      for (int d = 0; d < dimension; d++) {
        sums[to + d] += values[r * dimension + d];
      }
    }
  }
}
