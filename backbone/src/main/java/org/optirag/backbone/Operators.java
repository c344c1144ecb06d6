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

/** Operators of libtorch for which its Java interface has no methods: they are called by name. */
final class Operators {
  private Operators() {}

  /** Whether this libtorch has an operator. */
  static boolean has(String name) {
    return Dispatcher.singleton().findSchema(new OperatorName(name, "")).has_value();
  }

  /**
   * An operator, kept for good.
   *
   * @param overload empty for the one without
   */
  static OperatorHandle find(String name, String overload) {
    return Dispatcher.singleton().findSchemaOrThrow(name, overload).retainReference();
  }

  /**
   * @param arguments all that its schema lists, {@code new IValue()} for none
   * @return its only result
   */
  static IValue call(OperatorHandle operator, IValue... arguments) {
    try (IValueVector stack = new IValueVector(arguments)) {
      operator.callBoxed(stack);
      return new IValue(stack.get(0));
    }
  }

  /** The same for an operator that makes a tensor. */
  static Tensor tensor(OperatorHandle operator, IValue... arguments) {
    try (IValue result = call(operator, arguments)) {
      return new Tensor(result.toTensor());
    }
  }

  /** An empty list of optional scalars, kept for good; its type is made by parsing it. */
  static IValue noScalars() {
    FunctionSchema schema = torch.parseSchema("optirag::f(Scalar?[] x) -> Tensor");
    Type.TypePtr list = schema.arguments().type();
    return new IValue(new GenericList(list.get().containedType(0))).retainReference();
  }
}
