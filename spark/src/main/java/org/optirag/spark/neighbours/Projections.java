package org.optirag.spark.neighbours;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Random hyperplanes (Charikar 2002): two directions fall on the same side of each with a
 * probability that falls with their angle, so users with the same signs are likely to be similar.
 *
 * @param tables independent sets of planes; more of them find more
 * @param bits planes a table; more of them make smaller buckets
 * @param probes buckets a user asks in each table: its own, then those across the nearest planes
 * @param seed of the planes
 */
public record Projections(int tables, int bits, int probes, long seed) implements Serializable {
  private static final int BUCKET = 1_000;

  /** Checks the numbers. */
  public Projections {
    if (tables < 1 || bits < 0 || bits > 40 || probes < 1 || probes > bits + 1) {
      throw new IllegalArgumentException(
          "%d tables of %d bits, %d probes".formatted(tables, bits, probes));
    }
  }

  /** Buckets of about a thousand users, in twelve tables, four asked in each. */
  public static Projections of(int users, long seed) {
    int bits = Math.max(0, (int) Math.ceil(Math.log((double) users / BUCKET) / Math.log(2)));
    return new Projections(12, bits, Math.min(4, bits + 1), seed);
  }

  /** The planes of a table, [bits][dimension]. */
  float[][] planes(int table, int dimension) {
    SplittableRandom random = new SplittableRandom(seed + table);
    float[][] planes = new float[bits][dimension];
    for (float[] plane : planes) {
      for (int d = 0; d < dimension; d++) {
        plane[d] = (float) random.nextGaussian();
      }
    }
    return planes;
  }

  /**
   * The buckets to ask for a vector, its own first.
   *
   * @param values where the vector stands
   * @param from its first place there
   */
  long[] buckets(float[][] planes, float[] values, int from) {
    double[] distances = new double[planes.length];
    long own = 0;
    for (int b = 0; b < planes.length; b++) {
      double dot = 0;
      for (int d = 0; d < planes[b].length; d++) {
        dot += planes[b][d] * values[from + d];
      }
      distances[b] = Math.abs(dot);
      own |= dot >= 0 ? 1L << b : 0;
    }
    long[] buckets = new long[probes];
    buckets[0] = own;
    for (int probe = 1; probe < probes; probe++) {
      int nearest = 0;
      for (int b = 1; b < distances.length; b++) {
        nearest = distances[b] < distances[nearest] ? b : nearest;
      }
      buckets[probe] = own ^ 1L << nearest;
      distances[nearest] = Double.POSITIVE_INFINITY;
    }
    return buckets;
  }
}
