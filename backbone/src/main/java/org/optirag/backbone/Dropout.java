package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Dropout masks that are a function of a seed, the prompt, the block and the projection: a block
 * that is run again sees the same mask, and how prompts are shared among threads changes nothing.
 */
final class Dropout {
  private final float rate;
  private final List<Rows> prompts;

  /** A prompt's share of the packed rows, how many candidates it has, the seed of its masks. */
  private record Rows(int tokens, int candidates, long seed) {}

  /**
   * @param rate share of values that become 0; the others are scaled so that the mean stays
   * @param prompts in the order of the packed rows
   */
  private Dropout(double rate, List<Rows> prompts) {
    this.rate = (float) rate;
    this.prompts = prompts;
  }

  /**
   * @param batch seed of the batch
   * @param numbers of the prompts within the batch
   * @param prompts those prompts, in the order of the packed rows
   */
  static Dropout of(double rate, long batch, int[] numbers, List<LabelledPrompt> prompts) {
    List<Rows> rows = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      LabelledPrompt prompt = prompts.get(i);
      long seed = mix(mix(batch) + numbers[i]);
      rows.add(new Rows(prompt.tokens().tokens(), prompt.labels().length, seed));
    }
    return new Dropout(rate, rows);
  }

  /**
   * [rows, width]: 0 or 1 / (1 − rate).
   *
   * @param rows all tokens, or one a candidate where a block runs on their last tokens alone
   */
  Tensor mask(int block, Projection projection, long rows, long width) {
    boolean all = rows == prompts.stream().mapToInt(Rows::tokens).sum();
    return Tensors.filled(
        new long[] {rows, width},
        buffer -> {
          for (Rows prompt : prompts) {
            long stream = mix(prompt.seed + 31L * block + 7919L * projection.ordinal());
            int count = all ? prompt.tokens : prompt.candidates;
            fill(buffer, Math.toIntExact(count * width), stream);
          }
        });
  }

  /** Four values from each 64 random bits. */
  private void fill(FloatBuffer buffer, int count, long stream) {
    int threshold = Math.round(rate * (1 << 16));
    float kept = 1 / (1 - rate);
    float[] values = new float[(count + 3) & -4];
    long state = stream;
    for (int i = 0; i < values.length; i += 4) {
      state += 0x9E3779B97F4A7C15L;
      long bits = mix(state);
      values[i] = (bits & 0xffff) < threshold ? 0 : kept;
      values[i + 1] = (bits >>> 16 & 0xffff) < threshold ? 0 : kept;
      values[i + 2] = (bits >>> 32 & 0xffff) < threshold ? 0 : kept;
      values[i + 3] = bits >>> 48 < threshold ? 0 : kept;
    }
    buffer.put(values, 0, count);
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  static long mix(long z) {
    long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
    return b ^ b >>> 31;
  }
}
