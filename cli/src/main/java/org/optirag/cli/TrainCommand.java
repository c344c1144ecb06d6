package org.optirag.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.Manifest;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.TradeOff;
import org.optirag.scoring.AnswerTokens;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.training.ExampleWriter;
import org.optirag.training.FittedHeads;
import org.optirag.training.HeadStart;
import org.optirag.training.HeldOut;
import org.optirag.training.ShuffledPrompts;
import org.optirag.training.Trainer;
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
  private static final float QUIET = 0.03f;

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions options;
  @Mixin private TrainingOptions training;

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
      names = "--fit",
      paramLabel = "N",
      defaultValue = "4000",
      description =
          "Heads begin as regressions on what the LLM, not yet trained, holds of N impressions; 0: as"
              + " its own answer; default 4000. Of no effect on a training that goes on.")
  private int fit = 4000;

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
    requireFit();
    Path target =
        out == null ? Path.of("bundles", String.valueOf(Path.of(dataset).getFileName())) : out;
    try (Pipeline pipeline = Pipeline.toTrain(dataset, options, common)) {
      write(pipeline, target);
    }
    Bundle bundle = Bundle.open(target);
    HeadReadings readings =
        CalibrateCommand.readings(bundle, options, common, CalibrateCommand.MOST);
    ExitPlan plan =
        TradeOff.of(readings, TradeOff.Answer.ALL_HEADS).plan(CalibrateCommand.STANDARD);
    Bundle.write(target, bundle.contents(plan, bundle.metrics()));
    CalibrateCommand.draw(bundle, plan, workDirectory(), options, common);
    CalibrateCommand.report(plan, common);
    if (!common.json()) {
      common.out().println("Bundle: " + target.toAbsolutePath());
      common.out().flush();
    }
    return 0;
  }

  /** What would otherwise be told after minutes. */
  private void requireFit() {
    if (options.dtype() == DType.INT8) {
      throw new UserException(
          "A model of 8 bits cannot be trained.", "Train with --dtype auto, score with int8.");
    }
    if (fit < 0) {
      throw new UserException("--fit " + fit + " is no number of impressions.", "Give 0 or more.");
    }
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
            : new ScaledFeatures(pipeline.features(), graph.scaling(), graph.units());
    ExampleWriter writer =
        new ExampleWriter(
            pipeline.retriever(retriever).retriever(), pipeline.assembler(prompts), features);
    List<LabelledPrompt> learned =
        writer.write(train, requests(train, examples), common.progress());
    List<LabelledPrompt> watched =
        writer.write(held, requests(held, validation), common.progress());
    TrainingSettings settings =
        training.settings(
            pipeline.backbone().config().blocks(), options.seed(), options.trainingWorkers());
    TrainingResult result =
        new Trainer(
                pipeline.backbone(),
                pipeline.backboneId().name(),
                start(pipeline, prompts, graph),
                headStart(train, writer, watched),
                settings,
                workDirectory())
            .run(
                new ShuffledPrompts(learned, batchTokens, Integer.MAX_VALUE, options.seed()),
                new HeldOut(watched, batchTokens),
                common.progress());
    TrainedBundle trained =
        new TrainedBundle(
            pipeline,
            retriever,
            prompts,
            graph,
            settings,
            result,
            told(pipeline, settings, result));
    Manifest manifest = new DatasetStore(common.cache()).find(dataset).manifest();
    Bundle.write(target, trained.contents(manifest));
  }

  private HeadStart headStart(
      Interactions train, ExampleWriter writer, List<LabelledPrompt> watched) {
    if (fit == 0) {
      return HeadStart.SAME;
    }
    return (backbone, head, exits, progress) ->
        new FittedHeads(writer.write(train, requests(train, fit), progress), watched)
            .heads(backbone, head, exits, progress);
  }

  private Path workDirectory() {
    return work == null ? Path.of("runs", "train-" + Path.of(dataset).getFileName()) : work;
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

  /** Reads the graph's features as the regression on these does, the LLM's answer quietly. */
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

  private Map<String, String> told(
      Pipeline pipeline, TrainingSettings settings, TrainingResult result) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("retriever", retriever);
    told.put("split", options.split());
    told.put("history", Integer.toString(options.history()));
    told.put("lora", String.valueOf(settings.lora()));
    told.put("rates", settings.rates().toString());
    told.put("distillation", Double.toString(settings.distillation()));
    told.put("pairwise", Double.toString(settings.pairwise()));
    told.put("fit", Integer.toString(fit));
    told.put("batchTokens", Integer.toString(batchTokens));
    told.put("steps", Integer.toString(result.steps()));
    told.put("bestStep", Integer.toString(result.bestStep()));
    told.put("ended", result.end().name());
    told.put("dtype", pipeline.backbone().dtype().name());
    return told;
  }
}
