package org.optirag.evaluation.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.optirag.backbone.DType;
import org.optirag.backbone.MatrixThroughput;
import org.optirag.backbone.weights.ModelConfig;

/**
 * What the machine can do at most.
 *
 * @param gigaflops of the model's matrix products alone, by number type
 * @param tokensPerSecond that a forward pass of nothing but these products would read, likewise
 * @param gigabytesPerSecond copied from memory to memory, read and written bytes together
 */
public record Ceilings(
    Map<DType, Double> gigaflops, Map<DType, Double> tokensPerSecond, double gigabytesPerSecond) {
  private static final int TOKENS = 512;
  private static final int ROUNDS = 7;
  private static final int FLOATS = 32 << 20;

  /** Measures with as many threads as the backbone is set to; a copy is of one thread. */
  public static Ceilings measure(ModelConfig config) {
    Map<DType, Double> gigaflops = new EnumMap<>(DType.class);
    Map<DType, Double> tokens = new EnumMap<>(DType.class);
    double operations = MatrixThroughput.operationsPerToken(config);
    for (DType dtype : List.of(DType.F32, DType.BF16, DType.INT8)) {
      try (MatrixThroughput products = new MatrixThroughput(config, dtype, TOKENS)) {
        double seconds = median(products::run) * config.blocks();
        gigaflops.put(dtype, operations * TOKENS / seconds / 1e9);
        tokens.put(dtype, TOKENS / seconds);
      }
    }
    float[] from = new float[FLOATS];
    float[] to = new float[FLOATS];
    double copy = median(() -> System.arraycopy(from, 0, to, 0, FLOATS));
    return new Ceilings(gigaflops, tokens, 2.0 * FLOATS * Float.BYTES / copy / 1e9);
  }

  private static double median(Runnable work) {
    work.run();
    double[] seconds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      work.run();
      seconds[round] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(seconds);
    return seconds[ROUNDS / 2];
  }

  /** For a terminal. */
  public List<String> lines() {
    StringBuilder products = new StringBuilder("Matrix products:");
    gigaflops.forEach((dtype, speed) ->
        products.append(
            String.format(
                Locale.ROOT,
                " %s %.0f GFLOP/s (%.0f tokens/s)",
                dtype,
                speed,
                tokensPerSecond.get(dtype))));
    return List.of(
        products.toString(),
        String.format(Locale.ROOT, "Memory: %.1f GB/s copied", gigabytesPerSecond));
  }
}
