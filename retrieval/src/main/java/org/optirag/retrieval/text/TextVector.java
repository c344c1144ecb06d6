package org.optirag.retrieval.text;

/** The direction of a text: a vector of length 1, or of length 0 where nothing is known of it. */
public sealed interface TextVector {
  /**
   * The cosine of two texts, in [−1, 1]; 0 where one has length 0.
   *
   * @throws IllegalArgumentException if the other is of another kind or length
   */
  double cosine(TextVector other);

  /** About how many bytes it takes. */
  long bytes();

  /**
   * All entries.
   *
   * @param values of length 1 together; treat as immutable
   */
  record Dense(float[] values) implements TextVector {
    @Override
    public double cosine(TextVector other) {
      if (!(other instanceof Dense that) || that.values.length != values.length) {
        throw new IllegalArgumentException("a vector of another kind");
      }
      return dot(values, that.values);
    }

    @Override
    public long bytes() {
      return 4L * values.length + 32;
    }

    /** Four sums side by side, so that the additions need not wait for each other. */
    private static float dot(float[] a, float[] b) {
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      int i = 0;
      for (; i + 4 <= a.length; i += 4) {
        s0 += a[i] * b[i];
        s1 += a[i + 1] * b[i + 1];
        s2 += a[i + 2] * b[i + 2];
        s3 += a[i + 3] * b[i + 3];
      }
      for (; i < a.length; i++) {
        s0 += a[i] * b[i];
      }
      return s0 + s1 + (s2 + s3);
    }
  }

  /**
   * The entries that are not 0.
   *
   * @param ids which entries, ascending; treat as immutable
   * @param weights their values, of length 1 together; treat as immutable
   */
  record Sparse(int[] ids, float[] weights) implements TextVector {
    @Override
    public double cosine(TextVector other) {
      if (!(other instanceof Sparse that)) {
        throw new IllegalArgumentException("a vector of another kind");
      }
      double sum = 0;
      int a = 0;
      int b = 0;
      while (a < ids.length && b < that.ids.length) {
        int order = Integer.compare(ids[a], that.ids[b]);
        if (order == 0) {
          sum += weights[a] * that.weights[b];
        }
        a += order <= 0 ? 1 : 0;
        b += order >= 0 ? 1 : 0;
      }
      return sum;
    }

    @Override
    public long bytes() {
      return 8L * ids.length + 64;
    }
  }
}
