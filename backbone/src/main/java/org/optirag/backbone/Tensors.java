package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Between Java's arrays and libtorch's tensors; the package says who frees these. */
final class Tensors {
  static final torch.ScalarType F32 = torch.ScalarType.Float;

  private Tensors() {}

  /** A tensor that outlives the scope it was made in; give it to {@link #release} in the end. */
  static Tensor hold(Tensor tensor) {
    return tensor.retainReference();
  }

  static void release(Tensor tensor) {
    tensor.releaseReference();
  }

  /**
   * The one result of some work whose other tensors are freed at once: what comes next finds their
   * memory still in the processor's cache.
   */
  static Tensor only(Supplier<Tensor> work) {
    Tensor held;
    try (PointerScope scope = new PointerScope()) {
      held = hold(work.get());
    }
    Tensor result = new Tensor(held);
    release(held);
    return result;
  }

  /** An f32 tensor on the CPU, filled through a buffer of its own memory. */
  static Tensor filled(long[] shape, Consumer<FloatBuffer> fill) {
    Tensor tensor = torch.empty(shape);
    fill.accept(buffer(tensor));
    return tensor;
  }

  /** Row numbers or token ids as an int64 tensor on the model's device. */
  static Tensor indices(int[] values, org.bytedeco.pytorch.Device device) {
    return indices(values).to(device, torch.ScalarType.Long);
  }

  /** The same where the processor reads them. */
  static Tensor indices(int[] values) {
    long[] wide = new long[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return Tensor.create(wide);
  }

  /** Copies an f32 tensor [rows, columns] of any device. */
  static float[][] rows(Tensor matrix) {
    Tensor local = matrix.to(torch.ScalarType.Float).cpu().contiguous();
    int rows = (int) local.size(0);
    int columns = (int) local.size(1);
    FloatBuffer values = buffer(local);
    float[][] copy = new float[rows][columns];
    for (float[] row : copy) {
      values.get(row);
    }
    return copy;
  }

  /** Adds a tensor's values to an array of the same size. */
  static void addTo(float[] sum, Tensor tensor) {
    FloatBuffer values = buffer(tensor.to(F32).cpu().contiguous());
    if (values.remaining() != sum.length) {
      throw new IllegalArgumentException(sum.length + " != " + values.remaining());
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values.get(i);
    }
  }

  /** The memory of a contiguous f32 tensor on the CPU; valid as long as the tensor. */
  private static FloatBuffer buffer(Tensor tensor) {
    if (tensor.numel() == 0) {
      return FloatBuffer.allocate(0); // no numbers have no address
    }
    FloatPointer pointer = tensor.data_ptr_float();
    return pointer.capacity(tensor.numel()).asBuffer();
  }

  static Tensor concat(long dimension, Tensor... parts) {
    return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), dimension);
  }

  static Tensor scaled(Tensor tensor, double factor) {
    return tensor.mul(new Scalar(factor));
  }
}
