package org.optirag.evaluation.baseline;

import java.util.SplittableRandom;

/**
 * A table of parameters [rows, width] with its gradient and Adam's moments (arXiv 1412.6980). Only
 * rows touched since the last step move, so that a step on a batch costs what the batch holds and
 * not what the table holds.
 */
final class Parameters {
  private static final float MEAN = 0.9f;
  private static final float SQUARE = 0.999f;

  private final int width;
  private final float[] values;
  private final float[] gradient;
  private final float[] mean;
  private final float[] square;
  private final boolean[] touched;
  private final int[] rows;
  private int count;

  /** A table of zeros. */
  Parameters(int rows, int width) {
    int size = Math.multiplyExact(rows, width);
    this.width = width;
    this.values = new float[size];
    this.gradient = new float[size];
    this.mean = new float[size];
    this.square = new float[size];
    this.touched = new boolean[rows];
    this.rows = new int[rows];
  }

  /** A table of normal deviates. */
  static Parameters normal(int rows, int width, double deviation, SplittableRandom random) {
    Parameters parameters = new Parameters(rows, width);
    for (int i = 0; i < parameters.values.length; i++) {
      parameters.values[i] = (float) random.nextGaussian(0, deviation);
    }
    return parameters;
  }

  int width() {
    return width;
  }

  /** The values, row by row; not a copy. */
  float[] values() {
    return values;
  }

  /** Where derivatives of the loss are summed, row by row; {@link #touch} a row before it. */
  float[] gradient() {
    return gradient;
  }

  /** Lets the next step move a row. */
  void touch(int row) {
    if (!touched[row]) {
      touched[row] = true;
      rows[count++] = row;
    }
  }

  void touchAll() {
    for (int row = 0; row < touched.length; row++) {
      touch(row);
    }
  }

  /** Adds the gradient of weight / 2 · |row|². */
  void shrink(int row, float weight) {
    for (int i = row * width; i < (row + 1) * width; i++) {
      gradient[i] += weight * values[i];
    }
  }

  /**
   * Moves the touched rows and forgets the gradient.
   *
   * @param step counts from 1
   */
  void step(double learningRate, int step) {
    float rate = (float) (learningRate / (1 - Math.pow(MEAN, step)));
    float correction = (float) (1 / (1 - Math.pow(SQUARE, step)));
    for (int r = 0; r < count; r++) {
      int row = rows[r];
      touched[row] = false;
      for (int i = row * width; i < (row + 1) * width; i++) {
        float g = gradient[i];
        mean[i] = MEAN * mean[i] + (1 - MEAN) * g;
        square[i] = SQUARE * square[i] + (1 - SQUARE) * g * g;
        values[i] -= rate * mean[i] / ((float) Math.sqrt(square[i] * correction) + 1e-8f);
        gradient[i] = 0;
      }
    }
    count = 0;
  }

  /** A copy of the values. */
  float[] save() {
    return values.clone();
  }

  /** Sets the values to a copy of earlier. */
  void restore(float[] saved) {
    if (saved.length != values.length) {
      throw new IllegalArgumentException(saved.length + " values for " + values.length);
    }
    System.arraycopy(saved, 0, values, 0, values.length);
  }
}
