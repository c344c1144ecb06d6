package org.optirag.backbone;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A product of 8-bit numbers with the scales of the weights' rows applied to its sums. */
sealed interface Int8Product extends AutoCloseable {

  /**
   * Inputs as the product reads them.
   *
   * @param scaled [rows, in], f32, none beyond 127; may be overwritten
   */
  Tensor rounded(Tensor scaled);

  /**
   * @param rounded [rows, in], as {@link #rounded} made it
   * @return [rows, out], f32
   */
  Tensor times(Tensor rounded);

  @Override
  void close();

  /**
   * oneDNN's product.
   *
   * @param packed weights as oneDNN orders them
   * @param scales [out]
   * @param zeros [out], 32-bit integers
   * @param shift what is added to the inputs: 0 for signed inputs; 128 for unsigned ones, which is
   *     what processors without tiles multiply
   */
  record OneDnn(Tensor packed, Tensor scales, Tensor zeros, int shift) implements Int8Product {
    private static final OperatorHandle PREPACK = Operators.find("onednn::qlinear_prepack", "");
    private static final OperatorHandle LINEAR = Operators.find("onednn::qlinear_pointwise", "");
    private static final IValue NO_SCALARS = Operators.noScalars();

    /**
     * @param weight [out, in], 8-bit integers; still the caller's, like the scales
     * @param scales [out, 1], f32
     */
    static Int8Product of(Tensor weight, Tensor scales, int shift) {
      Tensor packed = Operators.tensor(PREPACK, new IValue(weight), new IValue());
      Tensor zeros = torch.zeros(weight.size(0)).to(torch.ScalarType.Int);
      Tensor row = scales.reshape(-1).clone();
      return new OneDnn(Tensors.hold(packed), Tensors.hold(row), Tensors.hold(zeros), shift);
    }

    @Override
    public Tensor rounded(Tensor scaled) {
      if (shift == 0) {
        return scaled.round_().to(torch.ScalarType.Char);
      }
      // What is positive is rounded by cutting it off: one pass over memory less.
      return scaled.add_(new Scalar(shift + 0.5)).to(torch.ScalarType.Byte);
    }

    @Override
    public Tensor times(Tensor rounded) {
      return Operators.tensor(
          LINEAR,
          new IValue(rounded),
          new IValue(1.0), // the scale of the inputs, applied by whoever knows each token's
          new IValue((long) shift),
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
   * FBGEMM's product, which rounds within.
   *
   * @param packed weights and their scales as FBGEMM orders them
   * @param shift what it adds to the inputs
   */
  record Fbgemm(IValue packed, int shift) implements Int8Product {
    private static final OperatorHandle PER_ROW =
        Operators.find("aten::_make_per_channel_quantized_tensor", "");
    private static final OperatorHandle PREPACK = Operators.find("quantized::linear_prepack", "");
    private static final OperatorHandle LINEAR =
        Operators.find("quantized::linear_with_input_q_dq_qweight_dq_output_fp32", "");

    /**
     * @param weight [out, in], 8-bit integers; still the caller's, like the scales
     * @param scales [out, 1], f32
     */
    static Int8Product of(Tensor weight, Tensor scales, int shift) {
      torch.globalContext().setQEngine(torch.QEngine.FBGEMM);
      Tensor quantized =
          Operators.tensor(
              PER_ROW,
              new IValue(weight),
              new IValue(scales.reshape(-1).to(torch.ScalarType.Double)),
              new IValue(torch.zeros(weight.size(0)).to(torch.ScalarType.Long)),
              new IValue(0L));
      IValue packed = Operators.call(PREPACK, new IValue(quantized), new IValue());
      return new Fbgemm(packed.retainReference(), shift);
    }

    @Override
    public Tensor rounded(Tensor scaled) {
      return scaled;
    }

    @Override
    public Tensor times(Tensor rounded) {
      return Operators.tensor(
          LINEAR, new IValue(rounded), new IValue(1.0), new IValue((long) shift), packed);
    }

    @Override
    public void close() {
      packed.releaseReference();
    }
  }

  /**
   * Scales after the product, which every libtorch has.
   *
   * @param transposed [in, out], 8-bit integers
   * @param scales [1, out]
   */
  record Plain(Tensor transposed, Tensor scales) implements Int8Product {
    private static final OperatorHandle MULTIPLY = Operators.find("aten::_int_mm", "");

    /**
     * @param weight [out, in], 8-bit integers; still the caller's, like the scales
     * @param scales [out, 1], f32
     */
    static Int8Product of(Tensor weight, Tensor scales) {
      Tensor transposed = weight.t().contiguous();
      Tensor row = scales.reshape(1, -1).clone();
      return new Plain(Tensors.hold(transposed), Tensors.hold(row));
    }

    @Override
    public Tensor rounded(Tensor scaled) {
      return scaled.round_().to(torch.ScalarType.Char);
    }

    @Override
    public Tensor times(Tensor rounded) {
      return Operators.tensor(MULTIPLY, new IValue(rounded), new IValue(transposed)).mul(scales);
    }

    @Override
    public void close() {
      Tensors.release(transposed);
      Tensors.release(scales);
    }
  }
}
