package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.bench.BenchRow;
import org.optirag.evaluation.bench.Ceilings;
import org.optirag.evaluation.bench.Contender;
import org.optirag.evaluation.bench.OwnContender;
import org.optirag.evaluation.bench.PeerContender;
import org.optirag.evaluation.bench.PeerProcess;
import org.optirag.evaluation.bench.SideBySide;
import org.optirag.evaluation.bench.Workload;
import org.optirag.retrieval.Retrieved;
import org.optirag.scoring.AnswerTokens;
import org.optirag.scoring.PromptSettings;
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
    description = {
      "Scores the same token ids with this system and with other engines, in turns, and prints"
          + " candidates per second and their ratios.",
      "",
      "The other engines run in Python: install them with benchmarks/install-peers. What is not there"
          + " is named and left out.",
      ""
    },
    footer = {"", "Example: optirag bench --workloads single,20x500 --rounds 3"})
final class BenchCommand implements Callable<Integer> {
  /** Of a workload read one prompt at a time: enough to know the speed. */
  private static final int ALONE = 4;

  private static final String NONE = "none";

  private static final long CACHE_BYTES = 1L << 30;

  /** Long enough for a context of 1,000 tokens. */
  private static final int HISTORY = 200;

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
          "llama.cpp:BF16,llama.cpp:Q8_0,llama.cpp:Q4_0,transformers:f32,transformers:bf16",
      description =
          "llama.cpp:QUANTIZATION (each prompt alone, and with the context kept in its cache) and"
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
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "runs/bench",
      description = "Where scoring.json goes; default ${DEFAULT-VALUE}.")
  private Path out = Path.of("runs", "bench");

  /** The result, as JSON has it. */
  record Result(Ceilings ceilings, List<BenchRow> rows, List<String> leftOut) {}

  @Override
  public Integer call() {
    Backbone.setThreads(options.threads());
    requireOneThread();
    List<String> leftOut = new ArrayList<>();
    List<AutoCloseable> open = new ArrayList<>();
    try (Pipeline pipeline = new Pipeline(dataset, null, options, common)) {
      try {
        Result result = measure(pipeline, open, leftOut);
        AtomicFiles.writeString(
            out.resolve("scoring.json"),
            JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(result.rows));
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

  private void requireOneThread() {
    if (clock == SideBySide.Clock.CPU && options.threads() > 1) {
      throw new UserException(
          "--clock cpu counts the seconds of one thread.",
          "Leave --threads out, or use --clock wall.");
    }
  }

  private Result measure(Pipeline pipeline, List<AutoCloseable> open, List<String> leftOut) {
    List<Workload> wanted = workloads(pipeline);
    AnswerTokens answers =
        AnswerTokens.of(pipeline.tokenizer(), pipeline.promptSettings().format());
    Path model = new ModelStore(common.cache()).require(options.model(), common.progress());
    Backbone f32 = load(model, DType.F32);
    open.add(f32);
    SideBySide bench =
        new SideBySide(
            ours(pipeline, open),
            others(model, answers, open, leftOut),
            own(NONE, f32, zeroShot(pipeline, f32), 0, null),
            rounds,
            clock);
    return new Result(
        Ceilings.measure(pipeline.backbone().config()), measure(bench, wanted), leftOut);
  }

  private List<BenchRow> measure(SideBySide bench, List<Workload> wanted) {
    List<BenchRow> rows = new ArrayList<>();
    int turns = wanted.size() * rounds * (bench.ours().size() + bench.peers().size());
    try (Progress.Task task = common.progress().begin("score in turns", turns, "turn")) {
      for (Workload workload : wanted) {
        rows.addAll(bench.run(workload, task));
      }
    }
    return rows;
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
  private List<Contender> ours(Pipeline pipeline, List<AutoCloseable> open) {
    Backbone backbone = pipeline.backbone();
    List<Contender> ours = new ArrayList<>();
    ours.add(own(NONE, backbone, zeroShot(pipeline, backbone), 0, null));
    ours.add(own(NONE, backbone, zeroShot(pipeline, backbone), 0, open));
    if (backbone.dtype() != DType.INT8 && options.device() == Device.CPU) {
      Backbone quantized = backbone.quantized(pipeline.sample());
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
      Path model, AnswerTokens answers, List<AutoCloseable> open, List<String> leftOut) {
    List<Contender> others = new ArrayList<>();
    for (String peer : peers) {
      if (peer.isBlank()) {
        continue;
      }
      String[] parts = peer.split(":", 2);
      String engine = parts[0];
      String dtype = parts.length == 2 ? parts[1] : "";
      if (!List.of("llama.cpp", "transformers").contains(engine)) {
        throw new UserException(
            "There is no peer \"" + peer + "\".",
            "Give llama.cpp:QUANTIZATION or transformers:TYPE.");
      }
      try {
        Path gguf = gguf(model);
        PeerProcess process =
            PeerProcess.start(
                python, engine, gguf, options.threads(), dtype, answers, out.resolve("peers"));
        open.add(process);
        others.add(new PeerContender(engine, "alone", dtype, ALONE, process));
        if (engine.equals("llama.cpp")) {
          others.add(
              new PeerContender(engine + "-prefix", "prefix", dtype, Integer.MAX_VALUE, process));
        }
      } catch (UserException e) {
        leftOut.add(peer + ": " + e.problem());
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

  /** Prompts of the user of whom most is known. */
  private List<Workload> workloads(Pipeline pipeline) {
    Interactions train = pipeline.split().train();
    int user = busiest(train, pipeline.data().users().ids().size());
    long after = train.time(train.size() - 1) + 1;
    List<int[]> shapes = workloads.stream().map(BenchCommand::shape).toList();
    int most = shapes.stream().mapToInt(shape -> shape[0]).max().orElse(0);
    int longest = shapes.stream().mapToInt(shape -> shape[1]).max().orElse(0);
    int items = pipeline.data().items().ids().size();
    int[] candidates =
        IntStream.range(0, most).map(i -> (int) ((long) i * 7919 % items)).distinct().toArray();
    PromptSettings standard = pipeline.promptSettings();
    PromptSettings room =
        new PromptSettings(
            standard.format(),
            2 * longest + PromptSettings.DEFAULT.tokens(),
            standard.titleTokens(),
            standard.profile(),
            standard.fields(),
            standard.evidence(),
            1,
            false);
    Retrieved retrieved =
        pipeline.retriever("gcn", HISTORY).retriever().retrieve(user, candidates, after);
    PackedPrompt whole = pipeline.assembler(room).assemble(user, candidates, retrieved).tokens();
    return IntStream.range(0, shapes.size())
        .mapToObj(i -> workload(workloads.get(i), whole, shapes.get(i)))
        .toList();
  }

  private static Workload workload(String name, PackedPrompt whole, int[] shape) {
    if (whole.context().length < shape[1] || whole.candidates().size() < shape[0]) {
      throw new UserException(
          "The data fill a context of %d tokens and %d candidates, not %s."
              .formatted(whole.context().length, whole.candidates().size(), name),
          "Choose smaller workloads, or another data set.");
    }
    return new Workload(
        name,
        new PackedPrompt(
            Arrays.copyOf(whole.context(), shape[1]), whole.candidates().subList(0, shape[0])));
  }

  private static int busiest(Interactions train, int users) {
    int[] counts = new int[users];
    for (int row = 0; row < train.size(); row++) {
      counts[train.user(row)]++;
    }
    return IntStream.range(0, users).reduce(0, (best, u) -> counts[u] > counts[best] ? u : best);
  }

  private static int[] shape(String workload) {
    String text = workload.equals("single") ? "1x500" : workload;
    if (!text.matches("[1-9][0-9]{0,3}x[1-9][0-9]{0,3}")) {
      throw new UserException(
          "\"" + workload + "\" is no workload.",
          "Write candidates x tokens of the context, for instance 20x500.");
    }
    String[] parts = text.split("x");
    return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
  }

  private void print(PrintWriter to, Result result) {
    result.ceilings.lines().forEach(to::println);
    to.println();
    to.printf(
        "%-9s %-16s %-5s %10s %8s | %-17s %-5s %10s %8s | %6s  %s%n",
        "workload",
        "policy",
        "dtype",
        "cand/s",
        "max |dp|",
        "peer",
        "dtype",
        "cand/s",
        "max |dp|",
        "ratio",
        "spread");
    for (BenchRow row : result.rows) {
      to.printf(
          Locale.ROOT,
          "%-9s %-16s %-5s %10.2f %8s | %-17s %-5s %10s %8s | %6s  %s%n",
          row.workload(),
          row.policy() + (row.cached() ? ", cached" : ""),
          row.dtype(),
          row.candidatesPerSecond(),
          shown("%.4f", row.largestDifference()),
          row.peer() == null ? "-" : row.peer(),
          row.peerDtype() == null ? "" : row.peerDtype(),
          shown("%.2f", row.peerCandidatesPerSecond()),
          shown("%.4f", row.peerLargestDifference()),
          shown("%.2f", row.ratio()),
          row.spread().isEmpty()
              ? ""
              : String.format(
                  Locale.ROOT, "%.2f to %.2f", row.spread().get(0), row.spread().get(1)));
    }
    if (!result.leftOut.isEmpty()) {
      to.println();
      result.leftOut.forEach(what -> to.println("Left out: " + what));
    }
    to.println();
    to.println("Rows: " + out.resolve("scoring.json").toAbsolutePath());
    to.flush();
  }

  private static String shown(String format, @Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
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
