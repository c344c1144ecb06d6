package org.optirag.backbone;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Weights in floating point.
 *
 * @param weight [out, in]; released with it
 */
record FloatMatrix(Tensor weight) implements Matrix {
  @Override
  public torch.ScalarType input() {
    return weight.scalar_type();
  }

  @Override
  public torch.ScalarType mixing() {
    return weight.scalar_type();
  }

  @Override
  public Tensor times(Tensor x) {
    return torch.linear(x, weight);
  }

  @Override
  public Tensor prepared(Tensor x) {
    return x.to(input());
  }

  @Override
  public Tensor multiply(Tensor prepared) {
    return times(prepared);
  }

  @Override
  public void close() {
    Tensors.release(weight);
  }
}
