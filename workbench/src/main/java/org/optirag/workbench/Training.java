package org.optirag.workbench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.Manifest;
import org.optirag.evaluation.Requests;
import org.optirag.recommender.FeatureGroups;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.SharedHistory;
import org.optirag.scoring.AnswerTokens;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.training.ExampleWriter;
import org.optirag.training.FittedHeads;
import org.optirag.training.HeadSpread;
import org.optirag.training.HeadStart;
import org.optirag.training.HeldOut;
import org.optirag.training.ShuffledPrompts;
import org.optirag.training.Trainer;
import org.optirag.training.TrainingResult;
import org.optirag.training.TrainingSettings;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Trains a low-rank adapter and exit heads on several blocks of an LLM and writes a bundle.
 *
 * <p>Immutable, but one training at a time: it fills the machine, and the work directory is one
 * training's.
 */
public final class Training {
  /** By how much the LLM's answer counts at first in heads that begin with what head 0 says. */
  private static final float QUIET = 0.03f;

  /**
   * Most candidates that are learned from at once: about a step's tokens. Larger requests are read
   * as several, each with its context.
   */
  private static final int CANDIDATES = 64;

  private final String dataset;
  private final PipelineSettings pipeline;
  private final TrainingRecipe recipe;
  private final ExampleSettings examples;
  private final Workplace workplace;

  /**
   * Sets a training up; nothing is loaded yet.
   *
   * @param dataset a name in the cache, one that can be pulled, or the directory of an import
   * @param pipeline model, prompts and split
   * @param recipe how adapter and heads learn
   * @param examples what they learn from
   * @param workplace where files are cached and who is told
   * @throws UserException if the numbers are of a type that cannot be trained
   */
  public Training(
      String dataset,
      PipelineSettings pipeline,
      TrainingRecipe recipe,
      ExampleSettings examples,
      Workplace workplace) {
    if (pipeline.dtype() == DType.INT8) {
      throw new UserException(
          "A model of 8 bits cannot be trained.", "Train with --dtype auto, score with int8.");
    }
    this.dataset = dataset;
    this.pipeline = pipeline;
    this.recipe = recipe;
    this.examples = examples;
    this.workplace = workplace;
  }

  /**
   * Trains, then calibrates what was trained as {@link Calibration#STANDARD} says, and draws the
   * curve into the work directory.
   *
   * @param bundle the directory to write
   * @param work checkpoints and metrics; a training that was interrupted goes on from those it
   *     finds
   * @throws UserException if settings, data and model do not fit, or a directory cannot be written
   */
  public CalibrationResult run(Path bundle, Path work) {
    Bundle trained = train(bundle, work);
    return new Calibration(pipeline, workplace)
        .run(
            trained,
            bundle,
            Calibration.Goal.wherePaying(Calibration.STANDARD, pipeline.seed()),
            examples.calibration(),
            work);
  }

  /**
   * Trains and writes a bundle that runs at full depth until it is calibrated.
   *
   * @param bundle the directory to write
   * @param work checkpoints and metrics; a training that was interrupted goes on from those it
   *     finds
   * @return the bundle, read back
   * @throws UserException if settings, data and model do not fit, or a directory cannot be written
   */
  public Bundle train(Path bundle, Path work) {
    try (Pipeline opened = Pipeline.toTrain(dataset, pipeline, workplace)) {
      opened.requireModel(); // downloads come first
      TrainedBundle trained = trained(opened, work);
      Manifest manifest = new DatasetStore(workplace.cache()).find(dataset).manifest();
      Bundle.write(bundle, trained.contents(manifest));
    }
    return Bundle.open(bundle);
  }

  private TrainedBundle trained(Pipeline opened, Path work) {
    Progress progress = workplace.progress();
    PromptSettings prompts = prompts();
    RetrieverSettings retriever =
        opened.retrieverSettings(examples.retriever()).with(SharedHistory.LATEST);
    Interactions train = opened.impressions(opened.split().trainExamples());
    Interactions held = opened.impressions(opened.split().validation());
    HeadZero zero =
        examples.features().isEmpty()
            ? null
            : HeadZero.learn(opened, examples.features(), examples.headZero(), train, held);
    ExampleWriter writer =
        new ExampleWriter(
            opened.retriever(retriever).retriever(),
            opened.assembler(prompts),
            zero == null ? FeatureSource.NONE : zero.learnedFrom());
    ExampleWriter watching =
        new ExampleWriter(
            writer.retriever(),
            writer.assembler(),
            zero == null ? FeatureSource.NONE : zero.rows());
    List<LabelledPrompt> learned = writer.write(train, requests(train, examples.most()), progress);
    List<LabelledPrompt> watched =
        watching.write(held, requests(held, examples.validation()), progress);
    TrainingSettings settings =
        recipe.settings(
            opened.backbone().config().blocks(), pipeline.seed(), pipeline.trainingWorkers());
    TrainingResult result =
        new Trainer(
                opened.backbone(),
                opened.backboneId().name(),
                start(opened, prompts, zero),
                headStart(train, writer, watched),
                settings,
                work)
            .run(
                new ShuffledPrompts(
                    learned, examples.batchTokens(), Integer.MAX_VALUE, pipeline.seed()),
                new HeldOut(watched, examples.batchTokens()),
                progress);
    HeadSpread last = result.spreads().getLast();
    workplace.remarks().accept(last.text());
    last.warning().ifPresent(workplace.remarks());
    return new TrainedBundle(
        opened, retriever, prompts, zero, settings, result, told(opened, settings, result, zero));
  }

  private HeadStart headStart(
      Interactions train, ExampleWriter writer, List<LabelledPrompt> watched) {
    if (examples.fit() == 0) {
      return HeadStart.SAME;
    }
    return (backbone, head, exits, progress) ->
        new FittedHeads(writer.write(train, requests(train, examples.fit()), progress), watched)
            .heads(backbone, head, exits, progress);
  }

  private List<Requests.Request> requests(Interactions impressions, @Nullable Integer most) {
    List<Requests.Request> all = Requests.group(impressions, Requests.Grouping.DEFAULT);
    List<Requests.Request> chosen =
        most == null || most >= impressions.size()
            ? all
            : Requests.sample(all, most, pipeline.seed());
    return Requests.parted(chosen, CANDIDATES);
  }

  private PromptSettings prompts() {
    PromptSettings asked = pipeline.prompt();
    return new PromptSettings(
            asked.format(),
            asked.tokens(),
            asked.titleTokens(),
            asked.profile(),
            asked.fields(),
            asked.evidence(),
            examples.question() ? asked.relevant() : 1,
            examples.question())
        .independent();
  }

  /** Says what head 0 does, the LLM's answer quietly. */
  private static ExitHead start(Pipeline opened, PromptSettings prompts, @Nullable HeadZero zero) {
    AnswerTokens answers = AnswerTokens.of(opened.tokenizer(), prompts.format());
    ExitHead own = opened.backbone().answerHead(answers.no(), answers.yes());
    if (zero == null) {
      return own;
    }
    ExitHead known = zero.head();
    return new ExitHead(
        own.norm(),
        own.epsilon(),
        quiet(own.no()),
        quiet(own.yes()),
        known.featureWeights(),
        known.bias());
  }

  private static float[] quiet(float[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] *= QUIET;
    }
    return row;
  }

  private Map<String, String> told(
      Pipeline opened, TrainingSettings settings, TrainingResult result, @Nullable HeadZero zero) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("retriever", examples.retriever());
    told.put(
        "features",
        examples.features().stream().map(FeatureGroups.Kind::name).sorted().toList().toString());
    told.put("headZero", zero == null ? "none" : zero.schema().model().name());
    told.put("split", pipeline.splitName());
    told.put("history", Integer.toString(pipeline.history()));
    told.put("lora", String.valueOf(settings.lora()));
    told.put("rates", settings.rates().toString());
    told.put("distillation", Double.toString(settings.distillation()));
    told.put("pairwise", Double.toString(settings.pairwise()));
    told.put("listwise", Double.toString(settings.listwise()));
    told.put("fit", Integer.toString(examples.fit()));
    told.put("batchTokens", Integer.toString(examples.batchTokens()));
    told.put("steps", Integer.toString(result.steps()));
    told.put("bestStep", Integer.toString(result.bestStep()));
    told.put("ended", result.end().name());
    told.put("dtype", opened.backbone().dtype().name());
    return told;
  }
}
