package org.optirag.retrieval.text;

import org.optirag.retrieval.Embeddings;

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
      return Embeddings.dot(values, that.values);
    }

    @Override
    public long bytes() {
      return 4L * values.length + 32;
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
