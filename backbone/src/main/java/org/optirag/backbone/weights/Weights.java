package org.optirag.backbone.weights;

import java.nio.FloatBuffer;
import java.util.Set;

/**
 * The weights of a model, whatever file they stand in, under the names and in the layout that
 * Hugging Face transformers gives them ({@code model.layers.0.self_attn.q_proj.weight}, [out, in],
 * rotary halves not interleaved).
 */
public interface Weights extends AutoCloseable {

  /** The model's shape. */
  ModelConfig config();

  /** Every tensor's name. */
  Set<String> names();

  /**
   * The shape of a tensor, outermost dimension first.
   *
   * @throws org.optirag.workspace.UserException if there is none of that name
   */
  long[] shape(String name);

  /**
   * Writes a tensor, dequantized, row by row.
   *
   * @param target room for exactly the product of {@link #shape}
   * @throws org.optirag.workspace.UserException if there is none of that name
   */
  void read(String name, FloatBuffer target);

  @Override
  void close();
}
