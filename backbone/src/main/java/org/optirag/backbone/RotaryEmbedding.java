package org.optirag.backbone;

import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.ModelConfig.Scaling;

/**
 * Rotary position embedding (arXiv 2104.09864) with the frequency scalings of the Llama family.
 * Dimension i of a head is paired with dimension i + headSize / 2.
 */
final class RotaryEmbedding {
  private final float[] frequencies;

  RotaryEmbedding(ModelConfig config) {
    int half = config.headSize() / 2;
    this.frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      double base = Math.pow(config.rope().theta(), -2.0 * i / config.headSize());
      frequencies[i] = (float) scale(base, i, config.rope().scaling());
    }
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
    int half = frequencies.length;
    float[] table = new float[positions.length * 2 * half];
    for (int p = 0; p < positions.length; p++) {
      for (int i = 0; i < half; i++) {
        float angle = positions[p] * frequencies[i];
        float value = (float) (sine ? Math.sin(angle) : Math.cos(angle));
        table[p * 2 * half + i] = sine ? -value : value;
        table[p * 2 * half + half + i] = value;
      }
    }
    return table;
  }
}
