package org.optirag.backbone;

/** The number type of the projections. Norms, attention and heads are always computed in f32. */
public enum DType {
  /**
   * The faster of f32 and bf16 where the model runs, as {@link ProductSpeeds} measures it; bf16 on
   * a GPU and for models whose weights in f32 would take more than half of the machine's memory.
   * Chosen when a model is loaded: no backbone has it.
   */
  AUTO,
  /** 32-bit floats: the reference. */
  F32,
  /**
   * bfloat16 weights and projections: half the memory and about twice the speed where the processor
   * multiplies them in hardware.
   */
  BF16,
  /**
   * 8-bit integers, a scale for each row of the weights and for each token of the inputs: again
   * faster where the processor multiplies them in hardware, for scoring alone, on the CPU. See
   * {@link Backbone#quantized}.
   */
  INT8
}
