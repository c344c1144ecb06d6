package org.optirag.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * What a forward pass of 256 tokens costs in each number type, in turns, and which kernels were
 * chosen; one thread. {@code benchmarks/run levels [model] [rounds]} runs it at each instruction
 * set that the processor can be held to.
 */
public final class NumberTypesBenchmark {
  private static final long SEED = 20261130;
  private static final int TOKENS = 256;

  private NumberTypesBenchmark() {}

  /** Prints what it measured. */
  public static void main(String[] arguments) {
    String model = arguments.length > 0 ? arguments[0] : "smollm2-135m-instruct";
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    var path = new ModelStore(CacheDirectory.standard()).require(model, Progress.silent());
    try (Weights weights = WeightFiles.open(path);
        Backbone f32 = Backbone.load(weights, DType.F32, Device.CPU, Progress.silent());
        Backbone bf16 = Backbone.load(weights, DType.BF16, Device.CPU, Progress.silent());
        Backbone int8 = f32.quantized(tokens(weights.config().vocabulary()))) {
      long start = System.nanoTime();
      ProductSpeeds speeds = ProductSpeeds.of(weights.config()); // was measured to make int8
      speeds.lines().forEach(System.out::println);
      System.out.printf(
          "attention between products of 8 bits: %s; auto: %s; looked up in %d us%n",
          speeds.bf16Attention() ? "bf16" : "f32",
          speeds.fastestToScore(),
          (System.nanoTime() - start) / 1000);
      SideBySide times = new SideBySide();
      List<Backbone> all = List.of(f32, bf16, int8);
      all.forEach(backbone -> times.add(backbone.dtype().name(), () -> pass(backbone)));
      times.run(rounds);
      for (Backbone backbone : all) {
        String name = backbone.dtype().name();
        System.out.printf(
            Locale.ROOT,
            "%-4s %6.0f tokens/s, %.2f of f32's time%n",
            name,
            TOKENS / times.median(name),
            times.ratio(name, "F32"));
      }
    }
  }

  private static void pass(Backbone backbone) {
    int[] tokens = tokens(backbone.config().vocabulary());
    PackedPrompt prompt = new PackedPrompt(tokens, List.of(new int[] {tokens[0]}));
    try (ForwardPass pass = backbone.begin(List.of(prompt))) {
      pass.advanceTo(backbone.config().blocks());
      pass.lastStates();
    }
  }

  private static int[] tokens(int vocabulary) {
    return new Random(SEED).ints(TOKENS - 1, 0, vocabulary).toArray();
  }
}
