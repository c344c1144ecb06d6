package org.optirag.backbone;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.UserException;

/** Brings weights from their file into tensors of the wanted type, checking every shape. */
final class WeightLoader {
  private final Weights weights;
  private final torch.ScalarType type;
  private final org.bytedeco.pytorch.Device device;
  private final boolean packs;

  /**
   * @param packs whether projections are packed for scoring alone
   */
  WeightLoader(Weights weights, DType dtype, org.bytedeco.pytorch.Device device, boolean packs) {
    this.weights = weights;
    this.packs = packs;
    this.type = dtype == DType.BF16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float;
    this.device = device;
  }

  /** The number type of the matrices. */
  torch.ScalarType type() {
    return type;
  }

  /** A norm's weights, f32; to be released by the caller. */
  Tensor vector(String name, long length) {
    return vectors(new String[] {name}, length);
  }

  /** Vectors one after the other, f32; to be released by the caller. */
  Tensor vectors(String[] names, long... lengths) {
    return load(names, lengths, new long[0], torch.ScalarType.Float);
  }

  /**
   * Matrices of the same width under each other, in the wanted type; to be released by the caller.
   *
   * @param rows as many numbers as names
   */
  Tensor matrix(long columns, String[] names, long... rows) {
    return load(names, rows, new long[] {columns}, type);
  }

  /**
   * A projection's weights as its products read them.
   *
   * @param weight [out, in]; taken over
   */
  Matrix projection(Tensor weight) {
    if (!packs) {
      return new FloatMatrix(weight);
    }
    try {
      return PackedMatrix.of(weight);
    } finally {
      Tensors.release(weight);
    }
  }

  /**
   * The same for the two of a gated unit.
   *
   * @param both one under the other; taken over
   */
  GatedUnit gatedUnit(Tensor both) {
    if (!packs) {
      return new GatedUnit.Joint(new FloatMatrix(both));
    }
    try {
      return GatedUnit.Packed.of(both);
    } finally {
      Tensors.release(both);
    }
  }

  private Tensor load(String[] names, long[] rows, long[] columns, torch.ScalarType as) {
    long width = columns.length == 0 ? 1 : columns[0];
    for (int i = 0; i < names.length; i++) {
      requireShape(names[i], shape(rows[i], columns));
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor =
          Tensors.filled(
              shape(Arrays.stream(rows).sum(), columns),
              buffer -> {
                int at = 0;
                for (int i = 0; i < names.length; i++) {
                  int size = Math.toIntExact(rows[i] * width);
                  weights.read(names[i], buffer.slice(at, size));
                  at += size;
                }
              });
      return Tensors.hold(tensor.to(device, as));
    }
  }

  private static long[] shape(long rows, long[] columns) {
    return columns.length == 0 ? new long[] {rows} : new long[] {rows, columns[0]};
  }

  private void requireShape(String name, long... expected) {
    long[] found = weights.shape(name);
    if (!Arrays.equals(found, expected)) {
      throw new UserException(
          "Tensor "
              + name
              + " has the shape "
              + Arrays.toString(found)
              + ", but the model's configuration asks for "
              + Arrays.toString(expected)
              + ".",
          "The model file and its configuration do not belong together: download both again.");
    }
  }
}
