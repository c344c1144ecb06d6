package org.optirag.backbone;

/** Where tensors live. */
public enum Device {
  /** The processor. */
  CPU,
  /** The first CUDA device; needs a CUDA build of libtorch, see OPTIRAG_TORCH in the README. */
  CUDA
}
