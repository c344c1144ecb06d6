package org.optirag.backbone;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A trainable tensor: its values, what AdamW remembers of its gradients, and a leaf for autograd
 * that holds the same values. All f32, row by row.
 */
final class Parameter implements AutoCloseable {

  /** What it belongs to; each kind may learn at its own rate. */
  enum Kind {
    LORA,
    HEAD,
    FEATURE
  }

  private final String name;
  private final Kind kind;
  private final int segment;
  private final long[] shape;
  private final float[] values;
  private final float[] first;
  private final float[] second;
  private final Tensor leaf;

  /**
   * @param segment number of the exit whose blocks or head it belongs to, from 0
   * @param values taken over
   */
  Parameter(
      String name,
      Kind kind,
      int segment,
      float[] values,
      org.bytedeco.pytorch.Device device,
      long... shape) {
    this.name = name;
    this.kind = kind;
    this.segment = segment;
    this.values = values;
    this.shape = shape;
    this.first = new float[values.length];
    this.second = new float[values.length];
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = Tensors.filled(shape, buffer -> buffer.put(values)).to(device, Tensors.F32);
      this.leaf = Tensors.hold(tensor.set_requires_grad(true));
    }
  }

  String name() {
    return name;
  }

  Kind kind() {
    return kind;
  }

  int segment() {
    return segment;
  }

  int size() {
    return values.length;
  }

  long[] shape() {
    return shape.clone();
  }

  /** The values themselves; {@link #publish} after changing them. */
  float[] values() {
    return values;
  }

  /** Running mean of the gradient. */
  float[] first() {
    return first;
  }

  /** Running mean of the squared gradient. */
  float[] second() {
    return second;
  }

  /** The values as autograd sees them. */
  Tensor leaf() {
    return leaf;
  }

  /** Brings changed values to the leaf. */
  void publish() {
    try (PointerScope scope = new PointerScope()) {
      Tensor fresh = Tensors.filled(shape, buffer -> buffer.put(values));
      leaf.detach().copy_(fresh);
    }
  }

  @Override
  public void close() {
    Tensors.release(leaf);
  }
}
