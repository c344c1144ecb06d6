package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.evaluation.bench.BenchRow;
import org.optirag.evaluation.bench.Ceilings;
import org.optirag.evaluation.bench.Contender;
import org.optirag.evaluation.bench.GrowthReport;
import org.optirag.evaluation.bench.OwnContender;
import org.optirag.evaluation.bench.PeerContender;
import org.optirag.evaluation.bench.PeerProcess;
import org.optirag.evaluation.bench.Profile;
import org.optirag.evaluation.bench.SideBySide;
import org.optirag.evaluation.bench.Workload;
import org.optirag.scoring.AnswerTokens;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How fast candidates are scored, beside other engines. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Scores the same token ids with this system and with other engines, in turns, and prints"
          + " candidates per second and their ratios.",
      "",
      "The other engines run in processes of their own: install them with benchmarks/install-peers."
          + " What is not there is named and left out.",
      ""
    },
    footer = {"", "Example: optirag bench --workloads single,20x500 --rounds 3"})
final class BenchCommand implements Callable<Integer> {
  /** Of a workload read one prompt at a time: enough to know the speed. */
  private static final int ALONE = 4;

  private static final String NONE = "none";

  private static final int MOST_ROUNDS = 1000;

  private static final int SCREENED_TOKENS = 64;

  private static final long CACHE_BYTES = 1L << 30;

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions options;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..1",
      defaultValue = "movielens-100k",
      description = "Whose users and items the prompts tell of; default movielens-100k.")
  private String dataset = "movielens-100k";

  @Option(
      names = "--workloads",
      split = ",",
      paramLabel = "NxT",
      defaultValue = "1x200,single,1x1000,20x200,20x500,20x1000,100x200,100x500,100x1000",
      description =
          "Candidates x tokens of the context; single is 1x500. Default: 1, 20 and 100 candidates on"
              + " 200, 500 and 1000 tokens.")
  private List<String> workloads = List.of();

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "ENGINE",
      defaultValue =
          "llama.cpp:BF16,llama.cpp:Q8_0,llama.cpp:Q4_0,java-llama.cpp:Q8_0,java-llama.cpp:Q4_0,"
              + "transformers:f32,transformers:bf16",
      description =
          "llama.cpp:QUANTIZATION and java-llama.cpp:QUANTIZATION (each prompt alone, and with the"
              + " context kept in its cache; the second reads what the first has quantized) and"
              + " transformers:TYPE (prompts batched); default ${DEFAULT-VALUE}. Empty for none.")
  private List<String> peers = List.of();

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "benchmarks/peers/bin/python",
      description = "The interpreter that has them; default ${DEFAULT-VALUE}.")
  private String python = "benchmarks/peers/bin/python";

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "Score under this bundle's exit policy too.")
  private @Nullable Path bundle;

  @Option(names = "--rounds", defaultValue = "5", description = "After one to warm up; default 5.")
  private int rounds = 5;

  @Option(
      names = "--clock",
      defaultValue = "wall",
      description =
          "wall, or cpu: seconds of the processor, for one thread on a busy machine; default wall.")
  private SideBySide.Clock clock = SideBySide.Clock.WALL;

  @Option(
      names = "--profile",
      description = "Say where the time goes, part by part of a block, at full depth.")
  private boolean profile;

  @Option(
      names = "--growth",
      split = ",",
      paramLabel = "CURVE",
      description =
          "Instead, measure how costs grow, and plot it: candidates (1 to 1000), context (100 to 4000"
              + " tokens), requests (1 to 16 in one pass), users (a thousand to a million), edges"
              + " (100,000 to 25 million).")
  private List<String> growth = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "runs/bench",
      description = "Where the rows go; default ${DEFAULT-VALUE}.")
  private Path out = Path.of("runs", "bench");

  /**
   * The result, as JSON has it.
   *
   * @param products what this processor multiplies fastest with
   * @param versions of the peers that were there
   */
  record Result(
      ProductSpeeds products,
      Ceilings ceilings,
      List<BenchRow> rows,
      List<Profile> profiles,
      Map<String, String> versions,
      List<String> leftOut) {}

  @Override
  public Integer call() {
    requireFit();
    Backbone.setThreads(options.threads());
    List<AutoCloseable> open = new ArrayList<>();
    try (Pipeline pipeline = new Pipeline(dataset, null, options, common)) {
      if (!growth.isEmpty()) {
        return grow(pipeline);
      }
      try {
        Result result = measure(pipeline, open);
        if (common.json()) {
          common.printJson(result);
        } else {
          print(common.out(), result);
        }
      } finally {
        close(open);
      }
    }
    return 0;
  }

  private int grow(Pipeline pipeline) {
    GrowthReport report =
        new BenchGrowth(pipeline).measure(growth, options.model(), common.progress());
    report.write(out);
    if (common.json()) {
      common.printJson(report.rows());
    } else {
      report.lines().forEach(common.out()::println);
      common.out().println();
      common.out().println("Plots: " + out.resolve(GrowthReport.PAGE).toAbsolutePath());
      common.out().println("Rows:  " + out.resolve(GrowthReport.ROWS).toAbsolutePath());
      common.out().flush();
    }
    return 0;
  }

  private void requireFit() {
    BenchGrowth.require(growth);
    peers.forEach(BenchCommand::requireKnown);
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw new UserException(
          rounds + " rounds are not possible.", "Give --rounds 1 to " + MOST_ROUNDS + ".");
    }
    if (clock == SideBySide.Clock.CPU && options.threads() > 1) {
      throw new UserException(
          "--clock cpu counts the seconds of one thread.",
          "Leave --threads out, or use --clock wall.");
    }
  }

  /** Told before anything is loaded. */
  private static void requireKnown(String peer) {
    if (!peer.isBlank() && !PeerProcess.ENGINES.contains(peer.split(":", 2)[0])) {
      throw new UserException(
          "There is no peer \"" + peer + "\".",
          "Give llama.cpp:QUANTIZATION, java-llama.cpp:QUANTIZATION or transformers:TYPE.");
    }
  }

  private Result measure(Pipeline pipeline, List<AutoCloseable> open) {
    List<Workload> wanted = BenchWorkloads.of(workloads, pipeline);
    AnswerTokens answers =
        AnswerTokens.of(pipeline.tokenizer(), pipeline.promptSettings().format());
    Path model = new ModelStore(common.cache()).require(options.model(), common.progress());
    Backbone f32 = load(model, DType.F32);
    open.add(f32);
    Map<String, String> versions = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    ProductSpeeds speeds = ProductSpeeds.of(pipeline.backbone().config());
    SideBySide.Screened screened =
        new SideBySide(
                ours(pipeline, f32, open),
                others(model, answers, open, versions, leftOut),
                own(NONE, f32, zeroShot(pipeline, f32), 0, null),
                rounds,
                clock)
            .screen(shortest(wanted));
    SideBySide bench = screened.bench();
    screened.dropped().forEach(what -> leftOut(what, leftOut));
    Ceilings ceilings = Ceilings.measure(pipeline.backbone().config());
    if (!common.json()) {
      Stream.concat(speeds.lines().stream(), ceilings.lines().stream())
          .forEach(common.out()::println);
      common.out().println();
      common.out().println(BenchRow.table(List.of()).getFirst());
      common.out().flush();
    }
    return new Result(
        speeds,
        ceilings,
        measure(bench, wanted, leftOut),
        profile ? profiles(bench, wanted) : List.of(),
        versions,
        leftOut);
  }

  /** One candidate on a short context. */
  private static PackedPrompt shortest(List<Workload> wanted) {
    PackedPrompt prompt = wanted.getFirst().prompt();
    int tokens = Math.min(SCREENED_TOKENS, prompt.context().length);
    return new PackedPrompt(
        Arrays.copyOf(prompt.context(), tokens), prompt.candidates().subList(0, 1));
  }

  private void leftOut(String what, List<String> all) {
    all.add(what);
    common.tell("Left out: " + what);
  }

  private List<Profile> profiles(SideBySide bench, List<Workload> wanted) {
    List<Contender> whole =
        bench.ours().stream().filter(own -> own.policy().equals(NONE) && !own.cached()).toList();
    return wanted.stream()
        .flatMap(workload -> whole.stream().map(own -> Profile.of(workload, own, rounds)))
        .toList();
  }

  private List<BenchRow> measure(SideBySide bench, List<Workload> wanted, List<String> leftOut) {
    List<BenchRow> rows = new ArrayList<>();
    int turns = wanted.size() * rounds * (bench.ours().size() + bench.peers().size());
    try (Progress.Task task = common.progress().begin("score in turns", turns, "turn")) {
      for (Workload workload : wanted) {
        SideBySide.Outcome outcome = bench.run(workload, task);
        rows.addAll(outcome.rows());
        keep(rows);
        if (!common.json()) {
          BenchRow.table(outcome.rows()).stream().skip(1).forEach(common.out()::println);
          common.out().flush();
        }
        outcome.lost().forEach(what -> leftOut(what, leftOut));
      }
    }
    return rows;
  }

  /** All rows so far, so that a run that is ended keeps what it measured. */
  private void keep(List<BenchRow> rows) {
    AtomicFiles.writeString(
        out.resolve("scoring.json"),
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(rows));
  }

  private Backbone load(Path model, DType dtype) {
    try (Weights weights = WeightFiles.open(model)) {
      return Backbone.load(weights, dtype, Device.CPU, common.progress());
    }
  }

  /**
   * Full depth and the bundle's policy, if there is one, each on contexts new and remembered; full
   * depth in 8 bits too.
   */
  private List<Contender> ours(Pipeline pipeline, Backbone f32, List<AutoCloseable> open) {
    Backbone backbone = pipeline.backbone();
    List<Contender> ours = new ArrayList<>();
    ours.add(own(NONE, backbone, zeroShot(pipeline, backbone), 0, null));
    ours.add(own(NONE, backbone, zeroShot(pipeline, backbone), 0, open));
    boolean pays = ProductSpeeds.of(backbone.config()).int8Pays();
    if (backbone.dtype() != DType.INT8 && options.device() == Device.CPU && pays) {
      Backbone quantized = f32.quantized(pipeline.sample());
      open.add(quantized);
      ours.add(own(NONE, quantized, zeroShot(pipeline, quantized), 0, null));
    }
    if (bundle != null) {
      Bundle trained = Bundle.open(bundle);
      Scorer scorer = trained.scorer(backbone);
      String policy = trained.plan().policy().text();
      int features = trained.heads().getFirst().head().features();
      ours.add(own(policy, backbone, scorer, features, null));
      ours.add(own(policy, backbone, scorer, features, open));
    }
    return ours;
  }

  private static Scorer zeroShot(Pipeline pipeline, Backbone backbone) {
    return Scorer.zeroShot(backbone, pipeline.tokenizer(), pipeline.promptSettings().format());
  }

  /**
   * @param open where a cache is put to be closed; null for none
   */
  private static Contender own(
      String policy,
      Backbone backbone,
      Scorer scorer,
      int features,
      @Nullable List<AutoCloseable> open) {
    String dtype = backbone.dtype().name();
    if (open == null) {
      return new OwnContender(policy, dtype, false, scorer, features);
    }
    ContextCache cache = new ContextCache(backbone, CACHE_BYTES);
    open.add(cache);
    return new OwnContender(policy, dtype, true, scorer.remembering(cache), features);
  }

  private List<Contender> others(
      Path model,
      AnswerTokens answers,
      List<AutoCloseable> open,
      Map<String, String> versions,
      List<String> leftOut) {
    List<Contender> others = new ArrayList<>();
    for (String peer : peers) {
      if (peer.isBlank()) {
        continue;
      }
      String[] parts = peer.split(":", 2);
      String engine = parts[0];
      String dtype = parts.length == 2 ? parts[1] : "";
      try {
        Path gguf = gguf(model);
        PeerProcess process =
            PeerProcess.start(
                python, engine, gguf, options.threads(), dtype, answers, out.resolve("peers"));
        open.add(process);
        versions.put(peer, process.version());
        others.add(new PeerContender(engine, "alone", dtype, ALONE, process));
        if (!engine.equals("transformers")) {
          others.add(
              new PeerContender(engine + "-prefix", "prefix", dtype, Integer.MAX_VALUE, process));
        }
      } catch (UserException e) {
        leftOut(peer + ": " + e.problem(), leftOut);
      }
    }
    return others;
  }

  private static Path gguf(Path model) {
    if (model.toString().endsWith(".gguf")) {
      return model;
    }
    throw new UserException(
        "The peers read GGUF files, and " + model + " is none.", "Choose a model in a GGUF file.");
  }

  private void print(PrintWriter to, Result result) {
    if (!result.profiles.isEmpty()) {
      to.println();
      Profile.table(result.profiles).forEach(to::println);
    }
    if (!result.versions.isEmpty()) {
      to.println();
      result.versions.forEach((peer, version) -> to.println(peer + ": version " + version));
    }
    to.println();
    to.println("Rows: " + out.resolve("scoring.json").toAbsolutePath());
    to.flush();
  }

  private static void close(List<AutoCloseable> open) {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing failed", e);
      }
    }
  }
}
