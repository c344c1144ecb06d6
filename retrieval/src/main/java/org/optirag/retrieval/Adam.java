package org.optirag.retrieval;

import java.util.stream.IntStream;

/** Adam (arXiv 1412.6980) on rows of parameters, with the usual β₁ 0.9, β₂ 0.999, ε 1e-8. */
final class Adam {
  private static final int ROWS = 256;

  private final double learningRate;
  private final float[][] mean;
  private final float[][] square;
  private int steps;

  Adam(int rows, int dimension, double learningRate) {
    this.learningRate = learningRate;
    this.mean = new float[rows][dimension];
    this.square = new float[rows][dimension];
  }

  void step(float[][] parameters, float[][] gradient) {
    steps++;
    float rate = (float) (learningRate / (1 - Math.pow(0.9, steps)));
    float correction = (float) (1 / (1 - Math.pow(0.999, steps)));
    IntStream.range(0, (parameters.length + ROWS - 1) / ROWS)
        .parallel()
        .forEach(piece -> {
          int end = Math.min(parameters.length, (piece + 1) * ROWS);
          for (int row = piece * ROWS; row < end; row++) {
            step(parameters[row], gradient[row], mean[row], square[row], rate, correction);
          }
        });
  }

  private static void step(
      float[] parameters, float[] gradient, float[] mean, float[] square, float rate, float fix) {
    for (int i = 0; i < parameters.length; i++) {
      float g = gradient[i];
      float m = 0.9f * mean[i] + 0.1f * g;
      float s = 0.999f * square[i] + 0.001f * g * g;
      mean[i] = m;
      square[i] = s;
      parameters[i] -= rate * m / ((float) Math.sqrt(s * fix) + 1e-8f);
    }
  }
}
