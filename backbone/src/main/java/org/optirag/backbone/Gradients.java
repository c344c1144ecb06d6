package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The gradient of every parameter, added up over batches. One thread at a time. */
final class Gradients {
  private final List<Parameter> parameters;
  private final Map<Parameter, float[]> sums = new HashMap<>();

  Gradients(List<Parameter> parameters) {
    this.parameters = parameters;
    parameters.forEach(parameter -> sums.put(parameter, new float[parameter.size()]));
  }

  /**
   * Runs autograd backward and adds the parameters' gradients up.
   *
   * @param incoming the gradients of the outputs; none for a scalar output
   * @return the gradients of the inputs, zero where they do not count
   */
  List<Tensor> differentiate(
      List<Tensor> outputs,
      List<Tensor> incoming,
      List<Tensor> inputs,
      List<Parameter> parameters) {
    List<Tensor> leaves = new ArrayList<>(inputs);
    parameters.forEach(parameter -> leaves.add(parameter.leaf()));
    if (leaves.isEmpty()) {
      return List.of();
    }
    TensorVector found =
        torch.grad(
            vector(outputs), vector(leaves), vector(incoming), new BoolOptional(), false, true);
    for (int i = 0; i < parameters.size(); i++) {
      Tensor gradient = found.get(inputs.size() + i);
      if (gradient.defined()) {
        Tensors.addTo(of(parameters.get(i)), gradient);
      }
    }
    List<Tensor> ofInputs = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor gradient = found.get(i);
      // What a vector gives out is borrowed from it.
      ofInputs.add(
          gradient.defined() ? new Tensor(gradient) : torch.zeros_like(inputs.get(i).detach()));
    }
    return ofInputs;
  }

  private static TensorVector vector(List<Tensor> tensors) {
    return new TensorVector(tensors.toArray(Tensor[]::new));
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
