package org.optirag.backbone;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** The gradient of every parameter, added up over batches. One thread at a time. */
final class Gradients {
  private final List<Parameter> parameters;
  private final Map<Parameter, float[]> sums = new HashMap<>();

  Gradients(List<Parameter> parameters) {
    this.parameters = parameters;
    parameters.forEach(parameter -> sums.put(parameter, new float[parameter.size()]));
  }

  void add(Parameter parameter, Tensor gradient) {
    Tensors.addTo(of(parameter), gradient);
  }

  void add(Gradients other) {
    for (Parameter parameter : parameters) {
      float[] sum = of(parameter);
      float[] more = other.of(parameter);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += more[i];
      }
    }
  }

  float[] of(Parameter parameter) {
    return Objects.requireNonNull(sums.get(parameter));
  }

  void scale(double factor) {
    for (float[] sum : sums.values()) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] *= (float) factor;
      }
    }
  }

  void clear() {
    sums.values().forEach(sum -> Arrays.fill(sum, 0));
  }

  /** The Euclidean norm over all parameters; NaN or infinite where a gradient is. */
  double norm() {
    double squares = 0;
    for (Parameter parameter : parameters) {
      for (float value : of(parameter)) {
        squares += (double) value * value;
      }
    }
    return Math.sqrt(squares);
  }
}
