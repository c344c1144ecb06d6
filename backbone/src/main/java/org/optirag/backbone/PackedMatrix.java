package org.optirag.backbone;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Weights in bf16 in the order in which oneDNN's products read them: none has to bring them there
 * first, which with few rows costs as much as the product. They have no way back and cannot be
 * trained.
 *
 * @param packed released with it
 */
record PackedMatrix(Tensor packed) implements Matrix {
  private static final class Called {
    static final OperatorHandle PACK = Operators.find("mkldnn::_reorder_linear_weight", "");
    static final OperatorHandle LINEAR = Operators.find("mkldnn::_linear_pointwise", "");
    static final OperatorHandle LINEAR_WITH = Operators.find("mkldnn::_linear_pointwise", "binary");
    static final IValue NO_SCALARS = Operators.noScalars();
  }

  /** Asked once. */
  private static final class Support {
    static final boolean FOUND = found();

    private static boolean found() {
      String question = "mkldnn::_is_mkldnn_bf16_supported";
      if (!Operators.has(question)) {
        return false;
      }
      try (IValue answer = Operators.call(Operators.find(question, ""))) {
        return answer.toBool();
      }
    }
  }

  /** Whether this libtorch and this processor have such products. */
  static boolean available() {
    return Support.FOUND;
  }

  /**
   * Packs weights.
   *
   * @param weight [out, in], bf16; still the caller's
   */
  static PackedMatrix of(Tensor weight) {
    Tensor packed =
        Operators.tensor(
            Called.PACK, new IValue(weight.contiguous()), new IValue()); // any number of rows
    return new PackedMatrix(Tensors.hold(packed));
  }

  @Override
  public torch.ScalarType input() {
    return torch.ScalarType.BFloat16;
  }

  @Override
  public torch.ScalarType mixing() {
    return torch.ScalarType.BFloat16;
  }

  @Override
  public Tensor times(Tensor x) {
    return then("none", x);
  }

  @Override
  public Tensor prepared(Tensor x) {
    return x.to(input());
  }

  @Override
  public Tensor multiply(Tensor prepared) {
    return times(prepared);
  }

  /** silu(x Wᵀ), within the product. */
  Tensor silu(Tensor x) {
    return then("swish", x);
  }

  /** (x Wᵀ) · other, within the product. */
  Tensor times(Tensor x, Tensor other) {
    return Operators.tensor(
        Called.LINEAR_WITH,
        new IValue(x),
        new IValue(other),
        new IValue(packed),
        new IValue(), // no bias
        new IValue("mul"));
  }

  /**
   * @param activation as libtorch calls it
   */
  private Tensor then(String activation, Tensor x) {
    return Operators.tensor(
        Called.LINEAR,
        new IValue(x),
        new IValue(packed),
        new IValue(), // no bias
        new IValue(activation),
        Called.NO_SCALARS,
        new IValue()); // no algorithm of the activation
  }

  @Override
  public void close() {
    Tensors.release(packed);
  }
}
