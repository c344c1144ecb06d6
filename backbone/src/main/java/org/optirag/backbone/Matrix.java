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
   * The bare product of what the hardware multiplies, to measure it.
   *
   * @param x [rows, in]: as {@link #times} reads it, or for 8 bits already rounded
   */
  Tensor multiply(Tensor x);

  @Override
  void close();
}
