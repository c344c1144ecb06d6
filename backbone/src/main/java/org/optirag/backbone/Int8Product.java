package org.optirag.backbone;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/**
 * A product of 8-bit numbers with the scales of the weights' rows applied to its sums. libtorch's
 * Java interface has no methods for it; the operators are called by name.
 */
sealed interface Int8Product extends AutoCloseable {

  /** Whether this libtorch has oneDNN's product, which is the faster one. */
  boolean FUSED = Dispatcher.singleton().findSchema(new OperatorName(Fused.NAME, "")).has_value();

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
    Tensor packed = call(Fused.PREPACK, new IValue(weight), new IValue());
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

  private static Tensor call(OperatorHandle operator, IValue... arguments) {
    try (IValueVector stack = new IValueVector(arguments)) {
      operator.callBoxed(stack);
      return new Tensor(stack.get(0).toTensor());
    }
  }

  private static OperatorHandle operator(String name) {
    return Dispatcher.singleton().findSchemaOrThrow(name, "").retainReference();
  }

  /**
   * @param packed weights as oneDNN orders them
   * @param scales [out]
   * @param zeros [out], 32-bit integers
   */
  record Fused(Tensor packed, Tensor scales, Tensor zeros) implements Int8Product {
    static final String NAME = "onednn::qlinear_pointwise";
    private static final OperatorHandle PREPACK = operator("onednn::qlinear_prepack");
    private static final OperatorHandle LINEAR = operator(NAME);
    private static final IValue NO_SCALARS = new IValue(noScalars()).retainReference();

    @Override
    public Tensor times(Tensor x) {
      return call(
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

    /** An empty list of optional scalars; its type is made by parsing it. */
    private static GenericList noScalars() {
      FunctionSchema schema = torch.parseSchema("optirag::f(Scalar?[] x) -> Tensor");
      Type.TypePtr list = schema.arguments().type();
      return new GenericList(list.get().containedType(0));
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
    private static final OperatorHandle MULTIPLY = operator("aten::_int_mm");

    @Override
    public Tensor times(Tensor x) {
      return call(MULTIPLY, new IValue(x), new IValue(transposed)).mul(scales);
    }

    @Override
    public void close() {
      Tensors.release(transposed);
      Tensors.release(scales);
    }
  }
}
