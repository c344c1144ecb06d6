package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A context as far as it has been read.
 *
 * @param pasts keys and values of the blocks 1 to the depth
 * @param residual the residual stream before the block of that depth, [tokens, hidden]: where
 *     reading goes on
 */
record CachedPrefix(List<LayerKv> pasts, Tensor residual) {
  /** Numbers; in any type a whole number of cache lines. */
  private static final long ALIGNMENT = 64;

  /**
   * Copies a context into one piece of memory. It stays for long, while what passes compute comes
   * and goes: hundreds of small pieces of it would leave holes everywhere that nothing large fits
   * into.
   */
  static CachedPrefix copyOf(List<LayerKv> pasts, Tensor residual) {
    long numbers = 0;
    for (LayerKv past : pasts) {
      numbers += aligned(past.keys()) + aligned(past.values());
    }
    Tensor memory = pasts.getFirst().keys().new_empty(numbers);
    List<LayerKv> copies = new ArrayList<>();
    long at = 0;
    for (LayerKv past : pasts) {
      Tensor keys = copied(past.keys(), memory, at);
      at += aligned(past.keys());
      Tensor values = copied(past.values(), memory, at);
      at += aligned(past.values());
      copies.add(new LayerKv(keys, values));
    }
    // Of another type than keys and values, perhaps, and a thirtieth of them.
    return new CachedPrefix(copies, residual.clone()).held();
  }

  private static long aligned(Tensor tensor) {
    return (tensor.numel() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static Tensor copied(Tensor tensor, Tensor memory, long at) {
    Tensor copy = memory.narrow(0, at, tensor.numel()).view_as(tensor);
    copy.copy_(tensor);
    return copy;
  }

  /** How many blocks it has keys and values of. */
  int depth() {
    return pasts.size();
  }

  /** Keys and values at a block, 1 to the depth. */
  LayerKv past(int block) {
    return pasts.get(block - 1);
  }

  long bytes() {
    return residual.nbytes() + pasts.stream().mapToLong(LayerKv::bytes).sum();
  }

  CachedPrefix held() {
    pasts.forEach(LayerKv::held);
    Tensors.hold(residual);
    return this;
  }

  void release() {
    pasts.forEach(LayerKv::release);
    Tensors.release(residual);
  }
}
