package org.optirag.backbone;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Weights in 8 bits with a scale for each row of W. Inputs are brought to 8 bits with a scale for
 * each token, as they come: one token's outlier does not coarsen the others. Products are summed in
 * 32-bit integers.
 */
final class Int8Matrix implements Matrix {
  private static final int GREATEST_INPUT = 127;

  /** Keeps a row of zeros from dividing by zero. */
  private static final double LEAST_SCALE = 1e-12;

  private final Int8Product product;
  private final torch.ScalarType mixing;

  private Int8Matrix(Int8Product product, torch.ScalarType mixing) {
    this.product = product;
    this.mixing = mixing;
  }

  /**
   * Rounds weights.
   *
   * @param weight [out, in], f32; still the caller's
   * @param kernel what multiplies them
   * @param mixing the type that an attention fed by it computes in
   */
  static Int8Matrix of(Tensor weight, Int8Kernel kernel, torch.ScalarType mixing) {
    Tensor scales = scales(weight, kernel.greatestWeight());
    Tensor rounded = weight.div(scales).round_().to(torch.ScalarType.Char);
    return new Int8Matrix(kernel.pack(rounded, scales), mixing);
  }

  /** What one step is worth in each row, [rows, 1]. */
  private static Tensor scales(Tensor rows, int greatest) {
    long[] columns = {1};
    Tensor reach = rows.amax(columns, true);
    return torch
        .maximum(reach, rows.amin(columns, true).neg_())
        .div_(new Scalar((double) greatest))
        .clamp_min_(new Scalar(LEAST_SCALE));
  }

  @Override
  public torch.ScalarType input() {
    return Tensors.F32;
  }

  @Override
  public torch.ScalarType mixing() {
    return mixing;
  }

  @Override
  public Tensor times(Tensor x) {
    Tensor steps = scales(x, GREATEST_INPUT);
    return multiply(product.rounded(x.mul(steps.reciprocal()))).mul_(steps);
  }

  @Override
  public Tensor prepared(Tensor x) {
    return product.rounded(x.div(scales(x, GREATEST_INPUT)));
  }

  @Override
  public Tensor multiply(Tensor prepared) {
    return product.times(prepared);
  }

  @Override
  public void close() {
    product.close();
  }
}
