package org.optirag.backbone;

import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.ModelConfig.Scaling;

/**
 * Rotary position embedding (arXiv 2104.09864) with the frequency scalings of the Llama family.
 * Dimension i of a head is paired with dimension i + headSize / 2 in published weights; here the
 * rows of the projections are so ordered that the two of a pair are neighbours and turn as one
 * complex number. Scores are the same in any order.
 */
final class RotaryEmbedding {
  /** Positions that are computed at once; more when they are met. */
  private static final int FIRST = 256;

  private final float[] frequencies;
  private volatile Turns turns;

  RotaryEmbedding(ModelConfig config) {
    int half = config.headSize() / 2;
    this.frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      double base = Math.pow(config.rope().theta(), -2.0 * i / config.headSize());
      frequencies[i] = (float) scale(base, i, config.rope().scaling());
    }
    turns = Turns.of(frequencies, FIRST);
  }

  private static double scale(double frequency, int i, Scaling scaling) {
    return switch (scaling) {
      case Scaling.None none -> frequency;
      case Scaling.Linear linear -> frequency / linear.factor();
      case Scaling.Divisors divisors -> frequency / divisors.values().get(i);
      case Scaling.Llama3 llama3 -> {
        double wavelength = 2 * Math.PI / frequency;
        double turns = llama3.originalPositions() / wavelength;
        double low = llama3.lowFrequency();
        double high = llama3.highFrequency();
        double kept = Math.clamp((turns - low) / (high - low), 0.0, 1.0);
        yield kept * frequency + (1 - kept) * frequency / llama3.factor();
      }
    };
  }

  /**
   * The published row of each row of the projection of q, k and v: pairs of q and k as neighbours.
   */
  static int[] pairs(ModelConfig config) {
    int size = config.headSize();
    int turned = (config.heads() + config.kvHeads()) * size;
    int[] rows = new int[turned + config.kvHeads() * size];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = row < turned ? row / size * size + pair(row % size, size) : row;
    }
    return rows;
  }

  /** The published dimension of each dimension of a head: pairs as neighbours. */
  static int[] pairsOfHead(ModelConfig config) {
    int[] dimensions = new int[config.headSize()];
    for (int d = 0; d < dimensions.length; d++) {
      dimensions[d] = pair(d, dimensions.length);
    }
    return dimensions;
  }

  private static int pair(int dimension, int size) {
    return dimension / 2 + dimension % 2 * (size / 2);
  }

  /** Cosine and sine of every pair's angle at every position, [positions, headSize / 2, 2]. */
  float[] turns(int[] positions) {
    int most = 0;
    for (int position : positions) {
      most = Math.max(most, position);
    }
    Turns known = turns;
    if (known.positions() <= most) {
      known = Turns.of(frequencies, Integer.highestOneBit(most) * 2);
      turns = known;
    }
    int size = 2 * frequencies.length;
    float[] table = new float[positions.length * size];
    for (int p = 0; p < positions.length; p++) {
      System.arraycopy(known.values, positions[p] * size, table, p * size, size);
    }
    return table;
  }

  /** Every position up to some, computed once; [positions, headSize / 2, 2]. */
  @SuppressWarnings("ArrayRecordComponent") // A table, never compared.
  private record Turns(float[] values, int size) {
    static Turns of(float[] frequencies, int positions) {
      int half = frequencies.length;
      int size = 2 * half;
      float[] values = new float[positions * size];
      for (int p = 0; p < positions; p++) {
        for (int i = 0; i < half; i++) {
          float angle = p * frequencies[i];
          int at = p * size + 2 * i;
          values[at] = (float) Math.cos(angle);
          values[at + 1] = (float) Math.sin(angle);
        }
      }
      return new Turns(values, size);
    }

    int positions() {
      return values.length / size;
    }
  }
}
