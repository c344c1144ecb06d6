package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Dropout masks that are a function of a seed, the prompt, the block and the projection: a block
 * that is run again sees the same mask, and how prompts are shared among threads changes nothing.
 */
final class Dropout {
  /** What SplitMix64 adds for each number. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private static final long FIRST = 0xBF58476D1CE4E5B9L;
  private static final long SECOND = 0x94D049BB133111EBL;

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
   * [rows, width], where the input lies and of its type: 0 or 1 / (1 − rate).
   *
   * @param input what is dropped from; its rows are all tokens, or one a candidate where a block
   *     runs on their last tokens alone
   */
  Tensor mask(int block, Projection projection, Tensor input) {
    long rows = input.size(0);
    long width = input.size(1);
    boolean there = input.is_cuda() && width % 4 == 0;
    Tensor mask =
        there
            ? computed(block, projection, rows, width, input.device())
            : filled(block, projection, rows, width);
    return mask.to(input.device(), input.scalar_type());
  }

  /** Made by the processor, [rows, width]. */
  Tensor filled(int block, Projection projection, long rows, long width) {
    boolean all = all(rows);
    return Tensors.filled(
        new long[] {rows, width},
        buffer -> {
          for (Rows prompt : prompts) {
            int count = all ? prompt.tokens : prompt.candidates;
            fill(buffer, Math.toIntExact(count * width), stream(prompt, block, projection));
          }
        });
  }

  /**
   * The same numbers made by a device: on a GPU they would take longer to get there than to use.
   *
   * @param width a multiple of 4
   */
  Tensor computed(
      int block, Projection projection, long rows, long width, org.bytedeco.pytorch.Device device) {
    boolean all = all(rows);
    long groups = width / 4;
    long[] before = new long[Math.toIntExact(rows)];
    int row = 0;
    for (Rows prompt : prompts) {
      long stream = stream(prompt, block, projection);
      for (int i = 0; i < (all ? prompt.tokens : prompt.candidates); i++) {
        before[row++] = stream + i * groups * GOLDEN;
      }
    }
    Tensor states = Tensor.create(before).to(device, torch.ScalarType.Long).unsqueeze(1);
    Tensor steps = torch.arange(new Scalar(1), new Scalar(groups + 1), states.options());
    Tensor bits = mix(states.add(steps.mul(new Scalar(GOLDEN))));
    Tensor[] values = new Tensor[4];
    for (int i = 0; i < 4; i++) {
      values[i] = shifted(bits, 16 * i).bitwise_and(new Scalar(0xffffL));
    }
    Tensor drawn = torch.stack(new TensorVector(values), 2).view(rows, width);
    return drawn
        .ge(new Scalar((long) threshold()))
        .to(Tensors.F32)
        .mul_(new Scalar((double) kept()));
  }

  private boolean all(long rows) {
    return rows == prompts.stream().mapToInt(Rows::tokens).sum();
  }

  private static long stream(Rows prompt, int block, Projection projection) {
    return mix(prompt.seed + 31L * block + 7919L * projection.ordinal());
  }

  private int threshold() {
    return Math.round(rate * (1 << 16));
  }

  private float kept() {
    return 1 / (1 - rate);
  }

  /** Four values from each 64 random bits. */
  private void fill(FloatBuffer buffer, int count, long stream) {
    int threshold = threshold();
    float kept = kept();
    float[] values = new float[(count + 3) & -4];
    long state = stream;
    for (int i = 0; i < values.length; i += 4) {
      state += GOLDEN;
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
    long a = (z ^ z >>> 30) * FIRST;
    long b = (a ^ a >>> 27) * SECOND;
    return b ^ b >>> 31;
  }

  /** The same of many, 64-bit integers. */
  private static Tensor mix(Tensor z) {
    Tensor a = z.bitwise_xor(shifted(z, 30)).mul(new Scalar(FIRST));
    Tensor b = a.bitwise_xor(shifted(a, 27)).mul(new Scalar(SECOND));
    return b.bitwise_xor(shifted(b, 31));
  }

  /** Java's {@code >>>}: a tensor's shift would draw the sign in. */
  private static Tensor shifted(Tensor values, int bits) {
    return bits == 0
        ? values
        : values.bitwise_right_shift(new Scalar((long) bits)).bitwise_and(new Scalar(-1L >>> bits));
  }
}
