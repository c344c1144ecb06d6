package org.optirag.evaluation.trees;

/**
 * Labelled rows as LightGBM takes them.
 *
 * @param values row by row, [rows × features]
 * @param labels 1 or 0, [rows]
 * @param features how many each row has
 */
record TreeExamples(float[] values, float[] labels, int features) {
  /** A gigabyte: LightGBM's binding copies the matrix once more before it makes bytes of it. */
  private static final long MOST_VALUES = 1 << 28;

  /**
   * @param x [rows, features]; finite, or NaN where a value is missing
   * @throws IllegalArgumentException if rows differ in length, a value is infinite, labels are not
   *     as many as rows, or there are too many values
   */
  static TreeExamples of(float[][] x, boolean[] y, int features) {
    if (x.length != y.length) {
      throw new IllegalArgumentException("rows and labels differ: " + x.length + " != " + y.length);
    }
    if ((long) x.length * features > MOST_VALUES) {
      throw new IllegalArgumentException(
          "%d rows of %d features are more than %d values"
              .formatted(x.length, features, MOST_VALUES));
    }
    float[] values = new float[x.length * features];
    float[] labels = new float[y.length];
    for (int row = 0; row < x.length; row++) {
      if (x[row].length != features) {
        throw new IllegalArgumentException(
            "row %d has %d features, not %d".formatted(row, x[row].length, features));
      }
      for (int f = 0; f < features; f++) {
        if (Float.isInfinite(x[row][f])) {
          throw new IllegalArgumentException(
              "feature %d of row %d is %s".formatted(f, row, x[row][f]));
        }
      }
      System.arraycopy(x[row], 0, values, row * features, features);
      labels[row] = y[row] ? 1 : 0;
    }
    return new TreeExamples(values, labels, features);
  }

  int rows() {
    return labels.length;
  }
}
