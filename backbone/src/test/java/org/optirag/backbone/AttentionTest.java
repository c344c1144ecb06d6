package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.weights.ModelConfig;

/** The fast way of candidates through the attention against the plain one. */
@Tag("numeric")
final class AttentionTest {
  private static final long SEED = 20251125;
  private static final torch.ScalarType HALF = torch.ScalarType.BFloat16;
  private static final ModelConfig CONFIG = RandomModel.weights(SEED).config();

  @Test
  void candidatesOneByOneAttendAsAllAtOnce() {
    Libtorch.load();
    ModelConfig config = CONFIG;
    Attention attention = new Attention(config);
    RotaryEmbedding rotary = new RotaryEmbedding(config);
    Random random = new Random(SEED);
    for (int round = 0; round < 40; round++) {
      int context = 1 + random.nextInt(70);
      int[] lengths =
          IntStream.range(0, 1 + random.nextInt(6)).map(c -> 1 + random.nextInt(20)).toArray();
      int rows = context + IntStream.of(lengths).sum();
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard();
          Packing packing =
              new Packing(
                  new int[] {context},
                  new int[] {0},
                  List.of(lengths),
                  rotary,
                  config.headSize(),
                  new org.bytedeco.pytorch.Device("cpu"))) {
        Tensor q = normal(random, rows, config.heads(), config.headSize());
        Tensor k = normal(random, rows, config.kvHeads(), config.headSize());
        Tensor v = normal(random, rows, config.kvHeads(), config.headSize());
        Packing.Segment segment = packing.segments().getFirst();
        List<Tensor> parts = new ArrayList<>();
        attention.oneByOne(q, k, v, segment, parts);
        float[][] fast = Tensors.rows(Tensors.concat(0, parts.toArray(Tensor[]::new)));
        float[][] plain = Tensors.rows(attention.candidates(q, k, v, segment, null));
        assertThat(fast.length).isEqualTo(plain.length);
        for (int row = 0; row < plain.length; row++) {
          assertThat(fast[row])
              .as("seed %d, round %d, row %d", SEED, round, row)
              .usingComparatorWithPrecision(2e-5f)
              .containsExactly(plain[row]);
        }
      }
    }
  }

  /** The plain way fills nothing up. */
  @Test
  void keysThatFillUpTheLastStripAreNotSeen() {
    Libtorch.load();
    ModelConfig config = CONFIG;
    Attention attention = new Attention(config);
    Random random = new Random(SEED);
    for (int tokens : new int[] {1, 31, 32, 127, 128, 129, 160, 300}) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard();
          Packing packing =
              new Packing(
                  new int[] {tokens},
                  new int[] {0},
                  List.of(new int[0]),
                  new RotaryEmbedding(config),
                  config.headSize(),
                  new org.bytedeco.pytorch.Device("cpu"))) {
        Tensor q = normal(random, tokens, config.heads(), config.headSize());
        Tensor k = normal(random, tokens, config.kvHeads(), config.headSize());
        Tensor v = normal(random, tokens, config.kvHeads(), config.headSize());
        List<Packing.Segment> segments = packing.segments();
        float[][] filled = Tensors.rows(attention.attend(q, k, v, segments));
        float[][] plain = Tensors.rows(attention.attendPlainly(q, k, v, segments, null));
        for (int row = 0; row < tokens; row++) {
          assertThat(filled[row])
              .as("%d tokens, row %d", tokens, row)
              .usingComparatorWithPrecision(2e-5f)
              .containsExactly(plain[row]);
        }
      }
    }
  }

  /** To within the rounding of bf16, whatever the processor. */
  @Test
  void theFusedAttentionIsThePlainOne() {
    Libtorch.load();
    ModelConfig config = CONFIG;
    Attention attention = new Attention(config, true);
    FusedAttention fused = new FusedAttention(config.heads(), config.kvHeads(), config.headSize());
    Random random = new Random(SEED);
    for (int round = 0; round < 12; round++) {
      int context = round % 4 == 0 ? 0 : 60 + random.nextInt(100);
      int[] lengths = IntStream.range(0, 1 + round % 3).map(c -> 64 + random.nextInt(40)).toArray();
      int rows = context + IntStream.of(lengths).sum();
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard();
          Packing packing =
              new Packing(
                  new int[] {context},
                  new int[] {0},
                  List.of(lengths),
                  new RotaryEmbedding(config),
                  config.headSize(),
                  new org.bytedeco.pytorch.Device("cpu"))) {
        double scale = 1 / Math.sqrt(config.headSize());
        Tensor q = Tensors.scaled(normal(random, rows, config.heads(), config.headSize()), scale);
        Tensor half = q.to(HALF);
        Tensor k = normal(random, rows, config.kvHeads(), config.headSize()).to(HALF);
        Tensor v = normal(random, rows, config.kvHeads(), config.headSize()).to(HALF);
        List<Packing.Segment> segments = packing.segments();
        Packing.Segment segment = segments.getFirst();
        assertThat(fused.suits(half, segment)).isTrue();
        List<Tensor> parts = new ArrayList<>();
        if (context > 0) {
          parts.add(fused.causal(half, k, v, 0, context));
        }
        Tensor keys = k.narrow(0, 0, context).permute(1, 2, 0);
        Tensor values = v.narrow(0, 0, context).permute(1, 0, 2);
        fused.candidates(half, k, v, keys, values, segment, attention, parts);
        float[][] found = Tensors.rows(Tensors.concat(0, parts.toArray(Tensor[]::new)));
        float[][] plain =
            Tensors.rows(
                attention.attendPlainly(
                    half.to(Tensors.F32), k.to(Tensors.F32), v.to(Tensors.F32), segments, null));
        assertThat(found.length).isEqualTo(plain.length);
        for (int row = 0; row < rows; row++) {
          assertThat(found[row])
              .as("seed %d, round %d, row %d", SEED, round, row)
              .usingComparatorWithPrecision(0.02f)
              .containsExactly(plain[row]);
        }
      }
    }
  }

  private static Tensor normal(Random random, int rows, int heads, int size) {
    return Tensors.filled(
        new long[] {rows, heads, size},
        values -> {
          while (values.hasRemaining()) {
            values.put((float) random.nextGaussian());
          }
        });
  }
}
