package org.optirag.backbone.weights;

import java.util.List;

/**
 * The shape of a Llama-architecture model, as its files state it.
 *
 * @param architecture "llama", "mistral", "qwen2" or "qwen3"
 * @param hidden width of the residual stream
 * @param blocks number of transformer blocks, L
 * @param heads query heads
 * @param kvHeads key/value heads (grouped-query attention); divides {@code heads}
 * @param headSize width of a head; not always {@code hidden / heads}
 * @param intermediate width of the gated MLP
 * @param vocabulary rows of the embedding
 * @param positions longest prompt, in tokens: what the model was trained for, or its sliding window
 *     where that is shorter (within it full attention is the same)
 * @param normEpsilon epsilon of the RMS norms
 * @param rope rotary position embedding
 * @param tiedEmbeddings whether the output embedding is the input embedding
 * @param attentionBias whether q, k and v have biases (Qwen2)
 * @param queryKeyNorm whether q and k are RMS-normalized per head (Qwen3)
 */
public record ModelConfig(
    String architecture,
    int hidden,
    int blocks,
    int heads,
    int kvHeads,
    int headSize,
    int intermediate,
    int vocabulary,
    int positions,
    float normEpsilon,
    Rope rope,
    boolean tiedEmbeddings,
    boolean attentionBias,
    boolean queryKeyNorm) {

  /** How many numbers its matrices have. */
  public long parameters() {
    long attention = (2L * heads + 2L * kvHeads) * headSize * hidden;
    long mlp = 3L * intermediate * hidden;
    long embeddings = (tiedEmbeddings ? 1L : 2L) * vocabulary * hidden;
    return embeddings + blocks * (attention + mlp);
  }

  /**
   * Rotary position embedding.
   *
   * @param theta base frequency
   * @param scaling how positions beyond the original length are stretched
   */
  public record Rope(float theta, Scaling scaling) {}

  /** How rotary frequencies are scaled. */
  public sealed interface Scaling {
    /** Not at all. */
    record None() implements Scaling {}

    /** Positions divided by a factor. */
    record Linear(float factor) implements Scaling {}

    /** Llama 3.1's: low frequencies divided, high kept, the middle interpolated. */
    record Llama3(float factor, float lowFrequency, float highFrequency, int originalPositions)
        implements Scaling {}

    /**
     * Each frequency divided by its own number, as GGUF files state Llama 3.1's scaling.
     *
     * @param values headSize / 2 divisors
     */
    record Divisors(List<Float> values) implements Scaling {
      /** Copies the list. */
      public Divisors {
        values = List.copyOf(values);
      }
    }
  }
}
