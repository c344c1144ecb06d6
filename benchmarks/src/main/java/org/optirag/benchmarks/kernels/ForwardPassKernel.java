package org.optirag.benchmarks.kernels;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** Five blocks of the default model, as far as the shipped bundles go: one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class ForwardPassKernel {
  private static final int BLOCKS = 5;
  private static final int CANDIDATE = 67;

  /** Number type of the projections. */
  @Param({"F32", "BF16", "INT8"})
  public DType dtype;

  /** Tokens of the context. */
  @Param({"200", "500"})
  public int context;

  /** Candidates on it. */
  @Param({"1", "20"})
  public int candidates;

  private Backbone backbone;
  private PackedPrompt prompt;

  /** Loads the model. */
  @Setup(Level.Trial)
  public void load() {
    Backbone.setThreads(1);
    Random random = new Random(20250104);
    Path file =
        new ModelStore(CacheDirectory.standard())
            .require("smollm2-135m-instruct", Progress.silent());
    try (Weights weights = WeightFiles.open(file)) {
      int vocabulary = weights.config().vocabulary();
      if (dtype == DType.INT8) {
        try (Backbone exact = Backbone.load(weights, DType.F32, Device.CPU, Progress.silent())) {
          backbone = exact.quantized(random.ints(256, 0, vocabulary).toArray());
        }
      } else {
        backbone = Backbone.load(weights, dtype, Device.CPU, Progress.silent());
      }
      List<int[]> parts =
          Stream.generate(() -> random.ints(CANDIDATE, 0, vocabulary).toArray())
              .limit(candidates)
              .toList();
      prompt = new PackedPrompt(random.ints(context, 0, vocabulary).toArray(), parts);
    }
  }

  /** Releases it. */
  @TearDown(Level.Trial)
  public void close() {
    backbone.close();
  }

  /** The last tokens' states after five blocks, [candidates, hidden]. */
  @Benchmark
  public float[][] fiveBlocks() {
    try (ForwardPass pass = backbone.begin(List.of(prompt))) {
      pass.advanceTo(BLOCKS);
      return pass.lastStates();
    }
  }
}
