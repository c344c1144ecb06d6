package org.optirag.backbone;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The weights of a projection, [out, in]. */
sealed interface Matrix extends AutoCloseable permits FloatMatrix, PackedMatrix, Int8Matrix {

  /** The type that it reads inputs in. */
  torch.ScalarType input();

  /** The type that an attention fed by it computes in. */
  torch.ScalarType mixing();

  /**
   * x Wᵀ.
   *
   * @param x [rows, in] in the type that it reads
   */
  Tensor times(Tensor x);

  /**
   * Inputs as the hardware multiplies them: in the type that is read, or for 8 bits rounded.
   *
   * @param x [rows, in], f32
   */
  Tensor prepared(Tensor x);

  /**
   * The bare product, to measure it.
   *
   * @param prepared [rows, in], as {@link #prepared} made it
   */
  Tensor multiply(Tensor prepared);

  @Override
  void close();
}
