package org.optirag.benchmarks;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.MatrixThroughput;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * How near a forward pass comes to the machine's matrix products, and what sharing the context
 * saves; one thread. {@code benchmarks/run backbone [model] [rounds]} runs it.
 */
public final class BackboneBenchmark {
  private static final long SEED = 20260517;
  private static final int TOKENS = 256;
  private static final int CONTEXT = 300;
  private static final int CANDIDATE = 30;
  private static final int CANDIDATES = 20;

  private final Backbone backbone;
  private final ModelConfig config;
  private final Random random = new Random(SEED);

  private BackboneBenchmark(Backbone backbone) {
    this.backbone = backbone;
    this.config = backbone.config();
  }

  /** Prints what it measured. */
  public static void main(String[] arguments) {
    String model = arguments.length > 0 ? arguments[0] : "smollm2-135m-instruct";
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    var path = new ModelStore(CacheDirectory.standard()).require(model, Progress.silent());
    try (Weights weights = WeightFiles.open(path)) {
      comparePacked(weights, rounds);
      for (DType dtype : List.of(DType.BF16, DType.INT8, DType.F32)) {
        try (Backbone backbone = load(weights, dtype)) {
          new BackboneBenchmark(backbone).measure(rounds);
        }
      }
    }
  }

  /** Weights in the order in which products read them against weights as in the file, in bf16. */
  private static void comparePacked(Weights weights, int rounds) {
    try (Backbone filed =
            Backbone.loadForTraining(weights, DType.BF16, Device.CPU, Progress.silent());
        Backbone packed = Backbone.load(weights, DType.BF16, Device.CPU, Progress.silent())) {
      BackboneBenchmark ofFiled = new BackboneBenchmark(filed);
      BackboneBenchmark ofPacked = new BackboneBenchmark(packed);
      for (int candidates : new int[] {1, CANDIDATES}) {
        PackedPrompt prompt =
            new PackedPrompt(ofFiled.tokens(CONTEXT), ofFiled.candidates(candidates));
        SideBySide times =
            new SideBySide()
                .add("filed", () -> ofFiled.run(prompt))
                .add("packed", () -> ofPacked.run(prompt))
                .run(rounds);
        System.out.printf(
            "BF16, %d of %d tokens on a context of %d: packed weights take %.3f of the time%n",
            candidates, CANDIDATE, CONTEXT, times.ratio("packed", "filed"));
      }
    }
  }

  private static Backbone load(Weights weights, DType dtype) {
    if (dtype != DType.INT8) {
      return Backbone.load(weights, dtype, Device.CPU, Progress.silent());
    }
    try (Backbone exact = load(weights, DType.F32)) {
      int vocabulary = weights.config().vocabulary();
      return exact.quantized(new Random(SEED).ints(TOKENS, 0, vocabulary).toArray());
    }
  }

  private void measure(int rounds) {
    PackedPrompt plain = new PackedPrompt(tokens(TOKENS - 1), List.of(tokens(1)));
    int[] context = tokens(CONTEXT);
    List<int[]> candidates = candidates(CANDIDATES);
    PackedPrompt shared = new PackedPrompt(context, candidates);
    try (MatrixThroughput products = new MatrixThroughput(config, backbone.dtype(), TOKENS)) {
      SideBySide times =
          new SideBySide()
              .add("products", () -> repeat(config.blocks(), products::run))
              .add("pass", () -> run(plain))
              .add("shared", () -> run(shared))
              .add(
                  "alone",
                  () -> candidates.forEach(c -> run(new PackedPrompt(context, List.of(c)))))
              .run(rounds);
      double operations = MatrixThroughput.operationsPerToken(config) * TOKENS;
      System.out.printf(
          "%s, %d tokens: matrix products %.0f GFLOP/s, forward pass %.0f GFLOP/s (%.0f tokens/s),"
              + " %.0f %% of the products' speed%n",
          backbone.dtype(),
          TOKENS,
          operations / times.median("products") / 1e9,
          operations / times.median("pass") / 1e9,
          TOKENS / times.median("pass"),
          100 * times.ratio("products", "pass"));
      System.out.printf(
          "%s, %d candidates of %d tokens on a context of %d: %.2f s shared, %.2f s alone,"
              + " ratio %.3f%n",
          backbone.dtype(),
          CANDIDATES,
          CANDIDATE,
          CONTEXT,
          times.median("shared"),
          times.median("alone"),
          times.ratio("shared", "alone"));
    }
  }

  private void run(PackedPrompt prompt) {
    try (ForwardPass pass = backbone.begin(List.of(prompt))) {
      pass.advanceTo(config.blocks());
      pass.lastStates();
    }
  }

  private static void repeat(int times, Runnable work) {
    IntStream.range(0, times).forEach(i -> work.run());
  }

  private List<int[]> candidates(int count) {
    return Stream.generate(() -> tokens(CANDIDATE)).limit(count).toList();
  }

  private int[] tokens(int length) {
    return random.ints(length, 0, config.vocabulary()).toArray();
  }
}
