package org.optirag.backbone;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A product of 8-bit numbers with the scales of the weights' rows applied to its sums. */
sealed interface Int8Product extends AutoCloseable {

  /** Whether this libtorch has oneDNN's product, which is the faster one. */
  boolean FUSED = Operators.has(Fused.NAME);

  /**
   * @param x [rows, in], 8-bit integers
   * @return [rows, out], f32
   */
  Tensor times(Tensor x);

  @Override
  void close();

  /**
   * Scales within the product, by oneDNN: where the processor multiplies tiles, several times as
   * fast as the bare one.
   *
   * @param weight [out, in], 8-bit integers; still the caller's, like the scales
   * @param scales [out, 1], f32
   */
  static Int8Product fused(Tensor weight, Tensor scales) {
    Tensor packed = Operators.tensor(Fused.PREPACK, new IValue(weight), new IValue());
    Tensor zeros = torch.zeros(weight.size(0)).to(torch.ScalarType.Int);
    return new Fused(
        Tensors.hold(packed), Tensors.hold(scales.reshape(-1).clone()), Tensors.hold(zeros));
  }

  /**
   * Scales after the product, which every libtorch has.
   *
   * @param weight [out, in], 8-bit integers; still the caller's, like the scales
   * @param scales [out, 1], f32
   */
  static Int8Product bare(Tensor weight, Tensor scales) {
    return new Bare(
        Tensors.hold(weight.t().contiguous()), Tensors.hold(scales.reshape(1, -1).clone()));
  }

  /**
   * @param packed weights as oneDNN orders them
   * @param scales [out]
   * @param zeros [out], 32-bit integers
   */
  record Fused(Tensor packed, Tensor scales, Tensor zeros) implements Int8Product {
    static final String NAME = "onednn::qlinear_pointwise";
    private static final OperatorHandle PREPACK = Operators.find("onednn::qlinear_prepack", "");
    private static final OperatorHandle LINEAR = Operators.find(NAME, "");
    private static final IValue NO_SCALARS = Operators.noScalars();

    @Override
    public Tensor times(Tensor x) {
      return Operators.tensor(
          LINEAR,
          new IValue(x),
          new IValue(1.0), // the scale of x, applied by whoever knows each token's
          new IValue(0L),
          new IValue(packed),
          new IValue(scales),
          new IValue(zeros),
          new IValue(), // no bias
          new IValue(1.0), // the scale of the result, and its zero
          new IValue(0L),
          new IValue((long) torch.ScalarType.Float.value),
          new IValue("none"), // nothing to follow
          NO_SCALARS,
          new IValue(""));
    }

    @Override
    public void close() {
      Tensors.release(packed);
      Tensors.release(scales);
      Tensors.release(zeros);
    }
  }

  /**
   * @param transposed [in, out], 8-bit integers
   * @param scales [1, out]
   */
  record Bare(Tensor transposed, Tensor scales) implements Int8Product {
    private static final OperatorHandle MULTIPLY = Operators.find("aten::_int_mm", "");

    @Override
    public Tensor times(Tensor x) {
      return Operators.tensor(MULTIPLY, new IValue(x), new IValue(transposed)).mul(scales);
    }

    @Override
    public void close() {
      Tensors.release(transposed);
      Tensors.release(scales);
    }
  }
}
