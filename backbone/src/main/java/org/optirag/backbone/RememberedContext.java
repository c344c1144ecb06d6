package org.optirag.backbone;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A context as far as it has been read.
 *
 * @param pasts keys and values of the blocks 1 to the depth
 * @param residual the residual stream before the block of that depth, [tokens, hidden]: where
 *     reading goes on
 */
record RememberedContext(List<Past> pasts, Tensor residual) {

  /** How many blocks it has keys and values of. */
  int depth() {
    return pasts.size();
  }

  /** Keys and values at a block, 1 to the depth. */
  Past past(int block) {
    return pasts.get(block - 1);
  }

  long bytes() {
    return residual.nbytes() + pasts.stream().mapToLong(Past::bytes).sum();
  }

  RememberedContext held() {
    pasts.forEach(Past::held);
    Tensors.hold(residual);
    return this;
  }

  void release() {
    pasts.forEach(Past::release);
    Tensors.release(residual);
  }
}
