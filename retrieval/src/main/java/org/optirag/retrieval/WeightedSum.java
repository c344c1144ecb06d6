package org.optirag.retrieval;

/**
 * sum += Σ weight · row, in the processor's wide registers. Rows are arrays of their own, since the
 * compiler vectorizes loops over several arrays only where all are read and written at the same
 * index.
 */
final class WeightedSum {
  private WeightedSum() {}

  static void add(float[] sum, float weight, float[] row) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += weight * row[i];
    }
  }

  /** Four rows at a time: the sum is loaded and stored once for them. */
  static void add(
      float[] sum,
      float w0,
      float[] a,
      float w1,
      float[] b,
      float w2,
      float[] c,
      float w3,
      float[] e) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += (w0 * a[i] + w1 * b[i]) + (w2 * c[i] + w3 * e[i]);
    }
  }
}
