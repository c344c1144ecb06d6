package org.optirag.backbone;

/** Where tensors live. */
public enum Device {
  /** The processor. */
  CPU,
  /** The first CUDA device; needs the CUDA artifact of libtorch on the class path. */
  CUDA
}
