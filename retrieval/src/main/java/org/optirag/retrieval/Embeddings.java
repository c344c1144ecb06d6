package org.optirag.retrieval;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Vectors of equal length, one a user or item, [rows, dimension]. Takes ownership of its array;
 * treat it as immutable once shared.
 */
public final class Embeddings {
  private final int rows;
  private final int dimension;
  private final float[] values;

  /**
   * @param values row by row, rows * dimension
   */
  public Embeddings(int rows, int dimension, float[] values) {
    if (values.length != Math.multiplyExact(rows, dimension)) {
      throw new IllegalArgumentException(
          "%d values for %d rows of %d".formatted(values.length, rows, dimension));
    }
    this.rows = rows;
    this.dimension = dimension;
    this.values = values;
  }

  static Embeddings zeros(int rows, int dimension) {
    return new Embeddings(rows, dimension, new float[Math.multiplyExact(rows, dimension)]);
  }

  /** Copies the rows, each times a factor; all of one length, at least one. */
  static Embeddings scaled(float[][] rows, float factor) {
    int dimension = rows[0].length;
    Embeddings all = zeros(rows.length, dimension);
    for (int row = 0; row < rows.length; row++) {
      for (int d = 0; d < dimension; d++) {
        all.values[row * dimension + d] = factor * rows[row][d];
      }
    }
    return all;
  }

  /** A copy with further vectors of length 0 at its end. */
  Embeddings extended(int toRows) {
    return new Embeddings(
        toRows, dimension, Arrays.copyOf(values, Math.multiplyExact(toRows, dimension)));
  }

  /** For who has just made these and not shared them yet. */
  void set(int row, float[] vector) {
    System.arraycopy(vector, 0, values, row * dimension, dimension);
  }

  /** A copy with an array for every vector, [rows][dimension]. */
  float[][] toRows() {
    float[][] copy = new float[rows][];
    for (int row = 0; row < rows; row++) {
      copy[row] = row(row);
    }
    return copy;
  }

  /** How many vectors there are. */
  public int rows() {
    return rows;
  }

  /** The length of a vector. */
  public int dimension() {
    return dimension;
  }

  /** All values, row by row; not a copy. */
  public float[] values() {
    return values;
  }

  /** A copy of one vector. */
  public float[] row(int row) {
    float[] copy = new float[dimension];
    System.arraycopy(values, row * dimension, copy, 0, dimension);
    return copy;
  }

  /** The inner product of one of these vectors with another of the same length. */
  public float dot(int row, float[] other) {
    return dot(values, row * dimension, other, 0, dimension);
  }

  /** The inner product of one of these vectors with one of others. */
  public float dot(int row, Embeddings others, int otherRow) {
    return dot(values, row * dimension, others.values, otherRow * dimension, dimension);
  }

  /** The inner product of two vectors of the same length. */
  public static float dot(float[] a, float[] b) {
    return dot(a, 0, b, 0, a.length);
  }

  /** Four sums side by side, so that the additions need not wait for each other. */
  private static float dot(float[] a, int at, float[] b, int bt, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      s0 += a[at + i] * b[bt + i];
      s1 += a[at + i + 1] * b[bt + i + 1];
      s2 += a[at + i + 2] * b[bt + i + 2];
      s3 += a[at + i + 3] * b[bt + i + 3];
    }
    for (; i < n; i++) {
      s0 += a[at + i] * b[bt + i];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** The same directions with length 1; vectors of length 0 stay as they are. */
  public Embeddings normalized() {
    float[] unit = new float[values.length];
    IntStream.range(0, rows)
        .parallel()
        .forEach(row -> {
          double length = Math.sqrt(dot(row, this, row));
          float scale = length > 0 ? (float) (1 / length) : 0;
          for (int i = row * dimension; i < (row + 1) * dimension; i++) {
            unit[i] = values[i] * scale;
          }
        });
    return new Embeddings(rows, dimension, unit);
  }

  /** A vector scaled to length 1, or itself where its length is 0. */
  static float[] normalized(float[] vector) {
    return new Embeddings(1, vector.length, vector).normalized().values;
  }
}
