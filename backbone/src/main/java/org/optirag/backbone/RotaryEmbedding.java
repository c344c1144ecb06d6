package org.optirag.backbone;

import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.ModelConfig.Scaling;

/**
 * Rotary position embedding (arXiv 2104.09864) with the frequency scalings of the Llama family.
 * Dimension i of a head is paired with dimension i + headSize / 2.
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

  /** Cosines of every position, [positions, headSize]; both halves alike. */
  float[] cosines(int[] positions) {
    return table(positions, false);
  }

  /**
   * Sines of every position, [positions, headSize], the first half negated: so that x·cos +
   * swap(x)·sin turns the pairs, where swap exchanges the halves.
   */
  float[] sines(int[] positions) {
    return table(positions, true);
  }

  private float[] table(int[] positions, boolean sine) {
    int most = 0;
    for (int position : positions) {
      most = Math.max(most, position);
    }
    Turns known = turns;
    if (known.positions() <= most) {
      known = Turns.of(frequencies, Integer.highestOneBit(most) * 2);
      turns = known;
    }
    float[] from = sine ? known.sines : known.cosines;
    int size = 2 * frequencies.length;
    float[] table = new float[positions.length * size];
    for (int p = 0; p < positions.length; p++) {
      System.arraycopy(from, positions[p] * size, table, p * size, size);
    }
    return table;
  }

  /** Every position up to some, computed once; [positions * headSize] both. */
  @SuppressWarnings("ArrayRecordComponent") // Tables, never compared.
  private record Turns(float[] cosines, float[] sines, int size) {
    static Turns of(float[] frequencies, int positions) {
      int half = frequencies.length;
      int size = 2 * half;
      float[] cosines = new float[positions * size];
      float[] sines = new float[positions * size];
      for (int p = 0; p < positions; p++) {
        for (int i = 0; i < half; i++) {
          float angle = p * frequencies[i];
          int at = p * size + i;
          cosines[at] = (float) Math.cos(angle);
          cosines[at + half] = cosines[at];
          sines[at + half] = (float) Math.sin(angle);
          sines[at] = -sines[at + half];
        }
      }
      return new Turns(cosines, sines, size);
    }

    int positions() {
      return cosines.length / size;
    }
  }
}
