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
  private static final double GREATEST = 127;

  /** Keeps a row of zeros from dividing by zero. */
  private static final double LEAST_SCALE = 1e-12;

  private final Int8Product product;

  private Int8Matrix(Int8Product product) {
    this.product = product;
  }

  /**
   * Rounds weights.
   *
   * @param weight [out, in], f32; still the caller's
   */
  static Int8Matrix of(Tensor weight) {
    return of(weight, Int8Product.FUSED);
  }

  /**
   * @param fused whether scales are applied within the product
   */
  static Int8Matrix of(Tensor weight, boolean fused) {
    Tensor scales = scales(weight);
    Tensor rounded = weight.div(scales).round_().to(torch.ScalarType.Char);
    return new Int8Matrix(
        fused ? Int8Product.fused(rounded, scales) : Int8Product.bare(rounded, scales));
  }

  /** What 1 of 127 steps is worth in each row, [rows, 1]. */
  private static Tensor scales(Tensor rows) {
    long[] columns = {1};
    Tensor greatest = rows.amax(columns, true);
    return torch
        .maximum(greatest, rows.amin(columns, true).neg_())
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
    return multiply(rounded).mul_(steps);
  }

  @Override
  public Tensor multiply(Tensor x) {
    return product.times(x);
  }

  @Override
  public void close() {
    product.close();
  }
}
