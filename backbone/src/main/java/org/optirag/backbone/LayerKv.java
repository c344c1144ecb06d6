package org.optirag.backbone;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What later tokens read of a context at one block, laid out for their products.
 *
 * @param keys [kvHeads, headSize, tokens], rotated
 * @param values [kvHeads, tokens, headSize]
 */
record LayerKv(Tensor keys, Tensor values) {

  /** Copies the rows of a context. */
  static LayerKv of(Block.Heads heads, long start, long tokens) {
    return new LayerKv(
            copied(heads.k().narrow(0, start, tokens).permute(1, 2, 0)),
            copied(heads.v().narrow(0, start, tokens).permute(1, 0, 2)))
        .held();
  }

  /** Always a copy: a view would keep the whole batch. */
  private static Tensor copied(Tensor view) {
    return view.clone(new MemoryFormatOptional(torch.MemoryFormat.Contiguous));
  }

  int tokens() {
    return (int) keys.size(2);
  }

  long bytes() {
    return keys.nbytes() + values.nbytes();
  }

  /** Held once more; to be released once more. */
  LayerKv held() {
    Tensors.hold(keys);
    Tensors.hold(values);
    return this;
  }

  void release() {
    Tensors.release(keys);
    Tensors.release(values);
  }
}
