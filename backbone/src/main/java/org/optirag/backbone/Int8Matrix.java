package org.optirag.backbone;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Weights in 8 bits with a scale for each row of W. Inputs are brought to 8 bits with a scale for
 * each token, as they come: one token's outlier does not coarsen the others. Products are summed in
 * 32-bit integers.
 *
 * @param transposed [in, out], 8-bit integers; released with it
 * @param scales [1, out], f32; released with it
 */
record Int8Matrix(Tensor transposed, Tensor scales) implements Matrix {
  private static final double GREATEST = 127;

  /** Keeps a row of zeros from dividing by zero. */
  private static final double LEAST_SCALE = 1e-12;

  /**
   * Rounds weights.
   *
   * @param weight [out, in], f32; still the caller's
   */
  static Int8Matrix of(Tensor weight) {
    Tensor scales = scales(weight);
    Tensor rounded = weight.div(scales).round_().to(torch.ScalarType.Char);
    return new Int8Matrix(
        Tensors.hold(rounded.t().contiguous()), Tensors.hold(scales.view(1, -1).clone()));
  }

  /** What 1 of 127 steps is worth in each row, [rows, 1]. */
  private static Tensor scales(Tensor rows) {
    return rows.abs()
        .amax(new long[] {1}, true)
        .div_(new Scalar(GREATEST))
        .clamp_min_(new Scalar(LEAST_SCALE));
  }

  @Override
  public torch.ScalarType input() {
    return Tensors.F32;
  }

  @Override
  public torch.ScalarType mixing() {
    return torch.ScalarType.BFloat16;
  }

  @Override
  public Tensor times(Tensor x) {
    Tensor steps = scales(x);
    Tensor rounded = x.mul(steps.reciprocal()).round_().to(torch.ScalarType.Char);
    return multiply(rounded).mul(scales).mul_(steps);
  }

  /** In 32-bit integers; the Java interface has no method for it. */
  @Override
  public Tensor multiply(Tensor x) {
    try (IValueVector stack = new IValueVector();
        IValue left = new IValue(x);
        IValue right = new IValue(transposed)) {
      stack.push_back(left);
      stack.push_back(right);
      Product.OPERATOR.callBoxed(stack);
      return new Tensor(stack.get(0).toTensor());
    }
  }

  /** Looked up once. */
  private static final class Product {
    static final OperatorHandle OPERATOR =
        Dispatcher.singleton().findSchemaOrThrow("aten::_int_mm", "").retainReference();
  }

  @Override
  public void close() {
    Tensors.release(transposed);
    Tensors.release(scales);
  }
}
