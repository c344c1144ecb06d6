package org.optirag.retrieval;

import java.util.stream.IntStream;

/** Adam (arXiv 1412.6980) on one array of parameters, with the usual β₁ 0.9, β₂ 0.999, ε 1e-8. */
final class Adam {
  private static final int PIECE = 1 << 14;

  private final double learningRate;
  private final float[] mean;
  private final float[] square;
  private int steps;

  Adam(int size, double learningRate) {
    this.learningRate = learningRate;
    this.mean = new float[size];
    this.square = new float[size];
  }

  void step(float[] parameters, float[] gradient) {
    steps++;
    float rate = (float) (learningRate / (1 - Math.pow(0.9, steps)));
    float correction = (float) (1 / (1 - Math.pow(0.999, steps)));
    IntStream.range(0, (parameters.length + PIECE - 1) / PIECE)
        .parallel()
        .forEach(piece -> {
          int end = Math.min(parameters.length, (piece + 1) * PIECE);
          for (int i = piece * PIECE; i < end; i++) {
            float g = gradient[i];
            mean[i] = 0.9f * mean[i] + 0.1f * g;
            square[i] = 0.999f * square[i] + 0.001f * g * g;
            parameters[i] -= rate * mean[i] / ((float) Math.sqrt(square[i] * correction) + 1e-8f);
          }
        });
  }
}
