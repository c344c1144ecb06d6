package org.optirag.backbone;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The gated linear unit of a block (SwiGLU, arXiv 2002.05202): silu(x Gᵀ) · (x Uᵀ). */
sealed interface GatedUnit extends AutoCloseable {

  /** The type that it reads inputs in. */
  torch.ScalarType input();

  /**
   * @param x [rows, hidden] in the type that it reads
   * @param adapter what is added to both products, or null
   * @return [rows, intermediate]
   */
  Tensor of(Tensor x, @Nullable BlockAdapter adapter);

  @Override
  void close();

  /**
   * Both as one product.
   *
   * @param matrix G, and U under it
   */
  record Joint(Matrix matrix) implements GatedUnit {
    @Override
    public torch.ScalarType input() {
      return matrix.input();
    }

    @Override
    public Tensor of(Tensor x, @Nullable BlockAdapter adapter) {
      Tensor both =
          PassPart.GATE_UP.tensor(
              () -> BlockAdapter.project(x, matrix, adapter, Projection.GATE_UP));
      return PassPart.GATE.tensor(() -> {
        // Halves of one split: their gradients are put side by side, not padded and added.
        TensorVector halves = both.split(both.size(1) / 2, 1);
        return torch.silu(halves.get(0)).mul(halves.get(1));
      });
    }

    @Override
    public void close() {
      matrix.close();
    }
  }

  /** A product each, with the activation and the multiplication within them. */
  record Packed(PackedMatrix gate, PackedMatrix up) implements GatedUnit {

    /**
     * @param both G, and U under it; still the caller's
     */
    static Packed of(Tensor both) {
      TensorVector halves = both.split(both.size(0) / 2, 0);
      PackedMatrix gate = PackedMatrix.of(halves.get(0));
      try {
        return new Packed(gate, PackedMatrix.of(halves.get(1)));
      } catch (RuntimeException | Error e) {
        gate.close();
        throw e;
      }
    }

    @Override
    public torch.ScalarType input() {
      return gate.input();
    }

    @Override
    public Tensor of(Tensor x, @Nullable BlockAdapter adapter) {
      if (adapter != null) {
        throw new IllegalArgumentException("packed weights take no adapter");
      }
      return PassPart.GATE_UP.tensor(() -> up.times(x, gate.silu(x)));
    }

    @Override
    public void close() {
      gate.close();
      up.close();
    }
  }
}
