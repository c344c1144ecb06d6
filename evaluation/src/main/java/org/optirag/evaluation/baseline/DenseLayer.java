package org.optirag.evaluation.baseline;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A dense layer y = x W + b with its derivatives. Matrices are float arrays, row by row; W is
 * [inputs, outputs], so that all inner loops run along memory and the compiler can use vectors.
 */
final class DenseLayer {
  private final int inputs;
  private final int outputs;
  private final Parameters weights;
  private final Parameters bias;

  /** Starts with He's deviation for layers that a ReLU follows (arXiv 1502.01852). */
  DenseLayer(int inputs, int outputs, SplittableRandom random) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weights = Parameters.normal(inputs, outputs, Math.sqrt(2.0 / inputs), random);
    this.bias = new Parameters(1, outputs);
  }

  int outputs() {
    return outputs;
  }

  List<Parameters> parameters() {
    return List.of(weights, bias);
  }

  /**
   * The layer's outputs.
   *
   * @param x [rows, inputs]
   * @return [rows, outputs]
   */
  float[] forward(float[] x, int rows) {
    float[] y = new float[rows * outputs];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(bias.values(), 0, y, row * outputs, outputs);
    }
    multiply(x, weights.values(), y, rows, inputs, outputs);
    return y;
  }

  /**
   * Adds to the gradients of the parameters.
   *
   * @param x what {@link #forward} was given
   * @param slopes derivatives of the loss by the outputs, [rows, outputs]
   * @return derivatives by the inputs, [rows, inputs]
   */
  float[] backward(float[] x, float[] slopes, int rows) {
    weights.touchAll();
    bias.touchAll();
    float[] atBias = bias.gradient();
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < outputs; o++) {
        atBias[o] += slopes[row * outputs + o];
      }
    }
    multiplyTransposed(x, slopes, weights.gradient(), rows, inputs, outputs);
    float[] w = weights.values();
    float[] transposed = new float[w.length];
    for (int i = 0; i < inputs; i++) {
      for (int o = 0; o < outputs; o++) {
        transposed[o * inputs + i] = w[i * outputs + o];
      }
    }
    float[] atInputs = new float[rows * inputs];
    multiply(slopes, transposed, atInputs, rows, outputs, inputs);
    return atInputs;
  }

  /** c [n, m] += a [n, k] · b [k, m], four rows of b at a time so that c is loaded less often. */
  private static void multiply(float[] a, float[] b, float[] c, int n, int k, int m) {
    for (int row = 0; row < n; row++) {
      int at = row * k;
      int to = row * m;
      int i = 0;
      for (; i + 4 <= k; i += 4) {
        float a0 = a[at + i];
        float a1 = a[at + i + 1];
        float a2 = a[at + i + 2];
        float a3 = a[at + i + 3];
        int b0 = i * m;
        int b1 = b0 + m;
        int b2 = b1 + m;
        int b3 = b2 + m;
        for (int j = 0; j < m; j++) {
          c[to + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + (a2 * b[b2 + j] + a3 * b[b3 + j]);
        }
      }
      for (; i < k; i++) {
        float a0 = a[at + i];
        for (int j = 0; j < m; j++) {
          c[to + j] += a0 * b[i * m + j];
        }
      }
    }
  }

  /** c [k, m] += aᵀ [k, n] · b [n, m], four rows of a and b at a time. */
  private static void multiplyTransposed(float[] a, float[] b, float[] c, int n, int k, int m) {
    int row = 0;
    for (; row + 4 <= n; row += 4) {
      int b0 = row * m;
      int b1 = b0 + m;
      int b2 = b1 + m;
      int b3 = b2 + m;
      for (int i = 0; i < k; i++) {
        int at = row * k + i;
        float a0 = a[at];
        float a1 = a[at + k];
        float a2 = a[at + 2 * k];
        float a3 = a[at + 3 * k];
        int to = i * m;
        for (int j = 0; j < m; j++) {
          c[to + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + (a2 * b[b2 + j] + a3 * b[b3 + j]);
        }
      }
    }
    for (; row < n; row++) {
      for (int i = 0; i < k; i++) {
        float a0 = a[row * k + i];
        for (int j = 0; j < m; j++) {
          c[i * m + j] += a0 * b[row * m + j];
        }
      }
    }
  }
}
