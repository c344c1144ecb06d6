package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Dense layers with a ReLU and dropout after each but the last, which has one output. */
final class Network {
  private final List<DenseLayer> layers;
  private final double dropout;

  /**
   * @param inputs width of a row
   * @param hidden widths of the hidden layers
   * @param dropout share of hidden outputs that are zero in training
   */
  Network(int inputs, List<Integer> hidden, double dropout, SplittableRandom random) {
    List<DenseLayer> all = new ArrayList<>();
    int width = inputs;
    for (int outputs : hidden) {
      all.add(new DenseLayer(width, outputs, random));
      width = outputs;
    }
    all.add(new DenseLayer(width, 1, random));
    this.layers = List.copyOf(all);
    this.dropout = dropout;
  }

  List<Parameters> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
  }

  /**
   * Runs all layers.
   *
   * @param x [rows, inputs]
   * @param random draws the dropout of training; null when scoring
   */
  Pass forward(float[] x, int rows, @Nullable SplittableRandom random) {
    List<float[]> inputs = new ArrayList<>();
    float[] now = x;
    for (DenseLayer layer : layers) {
      inputs.add(now);
      now = layer.forward(now, rows);
      if (inputs.size() < layers.size()) {
        rectify(now, random);
      }
    }
    return new Pass(rows, inputs, now);
  }

  private void rectify(float[] values, @Nullable SplittableRandom random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, values[i]);
    }
    if (random == null || dropout == 0) {
      return;
    }
    float kept = (float) (1 / (1 - dropout));
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble() < dropout ? 0 : values[i] * kept;
    }
  }

  /** One run of the layers, with what its way back needs. */
  final class Pass {
    private final int rows;
    private final List<float[]> inputs;
    private final float[] outputs;

    private Pass(int rows, List<float[]> inputs, float[] outputs) {
      this.rows = rows;
      this.inputs = inputs;
      this.outputs = outputs;
    }

    /** [rows]. */
    float[] outputs() {
      return outputs;
    }

    /**
     * Adds to the gradients of the parameters.
     *
     * @param slopes derivatives of the loss by the outputs, [rows]
     * @param dropped whether the run was one of training
     * @return derivatives by the inputs, [rows, inputs]
     */
    float[] backward(float[] slopes, boolean dropped) {
      float kept = dropped ? (float) (1 / (1 - dropout)) : 1;
      float[] now = slopes;
      for (int i = layers.size() - 1; i >= 0; i--) {
        float[] x = inputs.get(i);
        now = layers.get(i).backward(x, now, rows);
        if (i > 0) {
          for (int j = 0; j < now.length; j++) {
            // What the ReLU or the dropout made zero passes nothing back.
            now[j] = x[j] > 0 ? now[j] * kept : 0;
          }
        }
      }
      return now;
    }
  }
}
