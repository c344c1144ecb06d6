package org.optirag.backbone;

import org.bytedeco.pytorch.Tensor;

/**
 * The greatest magnitudes that a block's projections have read, by input.
 *
 * @param qkv of the normed residual stream, [hidden]
 * @param gateUp of the normed residual stream after the attention, [hidden]
 * @param down of the gated values, [intermediate]
 */
record ActivationRange(Tensor qkv, Tensor gateUp, Tensor down) {}
