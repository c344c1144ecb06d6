package org.optirag.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.AdamW;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.Manifest;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.TradeOff;
import org.optirag.scoring.AnswerTokens;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.BundleContents;
import org.optirag.scoring.bundle.BundleManifest;
import org.optirag.scoring.bundle.BundledGraph;
import org.optirag.scoring.bundle.DatasetSchema;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.training.Decay;
import org.optirag.training.DepthSchedule;
import org.optirag.training.ExampleWriter;
import org.optirag.training.HeldOut;
import org.optirag.training.Rates;
import org.optirag.training.ShuffledPrompts;
import org.optirag.training.Trainer;
import org.optirag.training.TrainingPlan;
import org.optirag.training.TrainingResult;
import org.optirag.training.TrainingSettings;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code optirag train}: a low-rank adapter and exit heads on several blocks. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a low-rank adapter (LoRA) and exit heads on several blocks of the LLM, with learning"
          + " rates that fall with depth, and writes a bundle: everything that scoring needs but the"
          + " LLM itself.",
      "Interrupted, it goes on where its last checkpoint was when it is run again with the same"
          + " options. metrics.jsonl in the work directory has the losses and AUCs of every head.",
      ""
    },
    footer = {
      "",
      "Example: optirag train movielens-100k --time 30m",
      "Then:    optirag calibrate bundles/movielens-100k --mean-depth 0.5",
      "         optirag evaluate movielens-100k --bundle bundles/movielens-100k"
    })
final class TrainCommand implements Callable<Integer> {
  /** By how much the LLM's answer counts at first in heads that begin with the graph's features. */
  private static final float QUIET = 0.1f;

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions options;

  @Parameters(paramLabel = "DATASET", description = "A name in the cache, or one to be pulled.")
  private String dataset;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The bundle; default bundles/DATASET.")
  private @Nullable Path out;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Checkpoints and metrics; default runs/train-DATASET.")
  private @Nullable Path work;

  @Option(
      names = "--exits",
      split = ",",
      paramLabel = "BLOCK",
      description = "Blocks after which heads stand; default six, the last after the last block.")
  private @Nullable List<Integer> exits;

  @Option(names = "--rank", defaultValue = "8", description = "Of the adapter; default 8.")
  private int rank = 8;

  @Option(names = "--alpha", defaultValue = "16", description = "Of the adapter; default 16.")
  private double alpha = 16;

  @Option(names = "--dropout", defaultValue = "0.05", description = "Of the adapter; default 0.05.")
  private double dropout = 0.05;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "MODULE",
      defaultValue = "q_proj,v_proj",
      description =
          "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj; default q_proj,v_proj.")
  private List<String> targets = List.of("q_proj", "v_proj");

  @Option(
      names = "--rate",
      defaultValue = "5e-4",
      description = "Learning rate of the adapter at the first exit; default 5e-4.")
  private double rate = 5e-4;

  @Option(
      names = "--head-rate",
      defaultValue = "3e-4",
      description = "Learning rate of the heads at the first exit; default 3e-4.")
  private double headRate = 3e-4;

  @Option(
      names = "--depth-rates",
      defaultValue = "linear",
      description = "How learning rates fall with depth: ${COMPLETION-CANDIDATES}; default linear.")
  private DepthSchedule depthRates = DepthSchedule.LINEAR;

  @Option(
      names = "--distillation",
      defaultValue = "0",
      description = "Weight of the shallower heads' divergence from the last; default 0.")
  private double distillation;

  @Option(
      names = "--pairwise",
      defaultValue = "0",
      description = "Weight of ranking a request's candidates; default 0.")
  private double pairwise;

  @Option(names = "--epochs", defaultValue = "1", description = "Passes; default 1.")
  private int epochs = 1;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description = "Most time, such as 30m or 2h; default none.")
  private @Nullable String time;

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "Learn from a seeded sample of N impressions, in whole requests; default all.")
  private @Nullable Integer examples;

  @Option(
      names = "--validation",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Impressions of the validation part that training stops by; default 1000.")
  private int validation = 1000;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Most tokens of a step; default 2048.")
  private int batchTokens = 2048;

  @Option(
      names = "--retriever",
      paramLabel = "NAME",
      defaultValue = "gcn",
      description = "none, recent, popular, bm25, semantic or gcn; default gcn.")
  private String retriever = "gcn";

  @Option(
      names = "--no-features",
      description = "Heads read the LLM alone, not the graph's figures of a candidate.")
  private boolean noFeatures;

  @Option(
      names = "--keep-question",
      description = "Ask the question in words with every candidate, as zero-shot prompts do.")
  private boolean keepQuestion;

  @Override
  public Integer call() {
    Path target = out == null ? Path.of("bundles", dataset) : out;
    try (Pipeline pipeline = new Pipeline(dataset, null, options, common)) {
      write(pipeline, target);
    }
    Bundle bundle = Bundle.open(target);
    HeadReadings readings =
        CalibrateCommand.readings(bundle, options, common, CalibrateCommand.MOST);
    ExitPlan plan =
        TradeOff.of(readings, TradeOff.Answer.ALL_HEADS).plan(CalibrateCommand.STANDARD);
    Bundle.write(target, bundle.contents(plan, bundle.metrics()));
    CalibrateCommand.report(plan, common);
    if (!common.json()) {
      common.out().println("Bundle: " + target.toAbsolutePath());
      common.out().flush();
    }
    return 0;
  }

  private void write(Pipeline pipeline, Path target) {
    PromptSettings prompts = prompts();
    Interactions train = pipeline.impressions(pipeline.split().trainExamples());
    Interactions held = pipeline.impressions(pipeline.split().validation());
    FeatureModel graph =
        noFeatures ? null : FeatureModel.learn(pipeline.features(), train, held, options.seed());
    FeatureSource features =
        graph == null
            ? FeatureSource.NONE
            : new ScaledFeatures(pipeline.features(), graph.scaling());
    ExampleWriter writer =
        new ExampleWriter(
            pipeline.retriever(retriever).retriever(), pipeline.assembler(prompts), features);
    List<LabelledPrompt> learned =
        writer.write(train, requests(train, examples), common.progress());
    List<LabelledPrompt> watched =
        writer.write(held, requests(held, validation), common.progress());
    TrainingSettings settings = settings(pipeline);
    Path directory = work == null ? Path.of("runs", "train-" + dataset) : work;
    TrainingResult result =
        new Trainer(
                pipeline.backbone(),
                pipeline.backboneId().name(),
                start(pipeline, prompts, graph),
                settings,
                directory)
            .run(
                new ShuffledPrompts(learned, batchTokens, Integer.MAX_VALUE, options.seed()),
                new HeldOut(watched, batchTokens),
                common.progress());
    Bundle.write(target, contents(pipeline, prompts, graph, settings, result));
  }

  private List<Requests.Request> requests(Interactions impressions, @Nullable Integer most) {
    List<Requests.Request> all = Requests.group(impressions, Requests.Grouping.DEFAULT);
    return most == null || most >= impressions.size()
        ? all
        : Requests.sample(all, most, options.seed());
  }

  private PromptSettings prompts() {
    PromptSettings asked = options.prompt();
    return new PromptSettings(
        asked.format(),
        asked.tokens(),
        asked.titleTokens(),
        asked.profile(),
        asked.fields(),
        asked.evidence(),
        keepQuestion ? asked.relevant() : 1,
        keepQuestion);
  }

  /** With features, heads begin as the regression on these, and the LLM speaks up as it learns. */
  private static ExitHead start(
      Pipeline pipeline, PromptSettings prompts, @Nullable FeatureModel graph) {
    AnswerTokens answers = AnswerTokens.of(pipeline.tokenizer(), prompts.format());
    ExitHead own = pipeline.backbone().answerHead(answers.no(), answers.yes());
    if (graph == null) {
      return own;
    }
    double[] weights = graph.weights();
    float[] single = new float[weights.length];
    for (int i = 0; i < single.length; i++) {
      single[i] = (float) weights[i];
    }
    return new ExitHead(
        own.norm(), own.epsilon(), quiet(own.no()), quiet(own.yes()), single, (float) graph.bias());
  }

  private static float[] quiet(float[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] *= QUIET;
    }
    return row;
  }

  private TrainingSettings settings(Pipeline pipeline) {
    int blocks = pipeline.backbone().config().blocks();
    List<Integer> places = exits == null ? spread(blocks) : exits;
    try {
      LoraSettings lora =
          rank == 0 ? null : new LoraSettings(rank, alpha, dropout, modules(), 1, places.getLast());
      return new TrainingSettings(
          lora,
          places,
          List.of(),
          distillation,
          1,
          pairwise,
          new Rates(rate, headRate, headRate, depthRates, 0.3, Decay.LINEAR, 20),
          AdamW.STANDARD,
          new TrainingPlan(epochs, 0, duration(), 1, 100, 0, 50),
          options.seed(),
          options.workers(),
          false);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "The settings do not fit: " + e.getMessage() + ".", "See 'optirag train --help'.", e);
    }
  }

  /** Six heads, the last after the last block. */
  private static List<Integer> spread(int blocks) {
    int heads = Math.min(6, blocks);
    Integer[] places = new Integer[heads];
    Arrays.setAll(places, i -> Math.round((i + 1f) * blocks / heads));
    return List.of(places);
  }

  private Set<LoraModule> modules() {
    Set<LoraModule> modules = EnumSet.noneOf(LoraModule.class);
    for (String name : targets) {
      modules.add(
          Arrays.stream(LoraModule.values())
              .filter(module -> module.target().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new UserException(
                      "There is no module \"" + name + "\".",
                      "There are "
                          + Arrays.stream(LoraModule.values()).map(LoraModule::target).toList()
                          + ".")));
    }
    return Collections.unmodifiableSet(modules);
  }

  private @Nullable Duration duration() {
    if (time == null) {
      return null;
    }
    try {
      return Duration.parse("PT" + time.toUpperCase(Locale.ROOT));
    } catch (DateTimeParseException e) {
      throw new UserException("\"" + time + "\" is no time.", "Write it as 90s, 30m or 1h30m.", e);
    }
  }

  private BundleContents contents(
      Pipeline pipeline,
      PromptSettings prompts,
      @Nullable FeatureModel graph,
      TrainingSettings settings,
      TrainingResult result) {
    SortedMap<Integer, ExitHead> heads = new TreeMap<>();
    result.heads().forEach(placed -> heads.put(placed.block(), placed.head()));
    LoraAdapter adapter = result.adapter();
    Optional<BundleContents.AdapterWriter> adapterWriter =
        adapter == null ? Optional.empty() : Optional.of(adapter::write);
    Optional<BundledGraph> embeddings =
        retriever.equals("gcn")
            ? Optional.of(
                new BundledGraph(
                    pipeline.graphs().whole().model(),
                    pipeline.data().users().ids(),
                    pipeline.data().items().ids()))
            : Optional.empty();
    Manifest manifest = new DatasetStore(common.cache()).find(dataset).manifest();
    return new BundleContents(
        Instant.now(),
        pipeline.backboneId(),
        new BundleManifest.Training(
            manifest.name(),
            adapter == null ? "exit heads" : "LoRA and exit heads",
            Map.of("training", settings.seed()),
            told(settings, result)),
        adapterWriter,
        heads,
        uncalibrated(settings.exits(), pipeline.backbone().config().blocks()),
        embeddings,
        new DatasetSchema(
            manifest.name(),
            manifest.noun(),
            manifest.timed(),
            manifest.rules(),
            manifest.itemFields(),
            manifest.userFields(),
            prompts,
            PromptAssembler.TEMPLATE,
            graph == null ? null : FeatureSchema.of(graph.scaling())),
        Map.of("validation", Map.of("auc", result.bestAuc(), "impressions", (double) validation)));
  }

  private Map<String, String> told(TrainingSettings settings, TrainingResult result) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("retriever", retriever);
    told.put("history", Integer.toString(options.history()));
    told.put("lora", String.valueOf(settings.lora()));
    told.put("rates", settings.rates().toString());
    told.put("distillation", Double.toString(distillation));
    told.put("pairwise", Double.toString(pairwise));
    told.put("batchTokens", Integer.toString(batchTokens));
    told.put("steps", Integer.toString(result.steps()));
    told.put("bestStep", Integer.toString(result.bestStep()));
    told.put("ended", result.end().name());
    told.put("dtype", options.dtype().name());
    return told;
  }

  /** Until it is calibrated a bundle runs at full depth. */
  private static ExitPlan uncalibrated(List<Integer> blocks, int depth) {
    Integer[] exits = new Integer[blocks.size()];
    Arrays.fill(exits, 0);
    Double[] unknown = new Double[blocks.size()];
    Arrays.fill(unknown, 0.0);
    return new ExitPlan(
        new ExitPolicy.None(),
        "not calibrated",
        Collections.nCopies(blocks.size(), HeadCalibration.IDENTITY),
        TraceScore.LAST,
        new TradeOffCurve(
            blocks,
            List.of(unknown),
            List.of(
                new TradeOffPoint(
                    new ExitPolicy.None(),
                    (double) blocks.getLast() / depth,
                    List.of(exits),
                    0,
                    0,
                    0,
                    0,
                    1,
                    1))));
  }
}
