package org.optirag.workbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.Manifest;
import org.optirag.evaluation.Requests;
import org.optirag.recommender.FeatureGroups;
import org.optirag.retrieval.Retriever;
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
import org.optirag.training.ReadingSpeed;
import org.optirag.training.ShuffledPrompts;
import org.optirag.training.Trainer;
import org.optirag.training.TrainingResult;
import org.optirag.training.TrainingSettings;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Counted;
import org.optirag.workspace.Deadline;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

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

  /** Impressions that the speed of reading is measured on, and for how long. */
  private static final int TRIED = 40;

  private static final Duration TRIAL = Duration.ofSeconds(2);

  /** What a training within a time reads, so that it goes on with the same. */
  private static final String TIMED = "timed.json";

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
    Deadline deadline = deadline();
    Bundle trained = train(bundle, work, deadline);
    return new Calibration(pipeline, workplace)
        .run(
            trained,
            bundle,
            Calibration.Goal.wherePaying(Calibration.STANDARD, pipeline.seed()),
            examples.calibration(),
            deadline,
            work);
  }

  private Deadline deadline() {
    return recipe.time() == null ? Deadline.NONE : Deadline.in(recipe.time());
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
    return train(bundle, work, deadline());
  }

  private Bundle train(Path bundle, Path work, Deadline deadline) {
    long began = System.nanoTime();
    try (Pipeline opened = Pipeline.toTrain(dataset, pipeline, workplace)) {
      double opening = secondsSince(began);
      opened.requireModel(); // downloads come first
      TrainedBundle trained = trained(opened, work, deadline, opening);
      Manifest manifest = new DatasetStore(workplace.cache()).find(dataset).manifest();
      Bundle.write(bundle, trained.contents(manifest));
    }
    return Bundle.open(bundle);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private TrainedBundle trained(Pipeline opened, Path work, Deadline deadline, double opening) {
    Progress progress = workplace.progress();
    PromptSettings prompts = prompts();
    RetrieverSettings retriever =
        opened.retrieverSettings(examples.retriever()).with(SharedHistory.LATEST);
    Interactions train = opened.impressions(opened.split().trainExamples());
    Interactions held = opened.impressions(opened.split().validation());
    if (recipe.time() != null) {
      workplace
          .remarks()
          .accept(
              TrainingTime.begun(
                  spelled(recipe.time()), recipe.time().toNanos() / 1e9 - deadline.secondsLeft()));
    }
    HeadZero zero =
        examples.features().isEmpty()
            ? null
            : HeadZero.learn(
                opened, examples.features(), examples.headZero(), train, held, deadline);
    Retriever made = opened.retriever(retriever).retriever();
    long loading = System.nanoTime();
    ExampleWriter writer =
        new ExampleWriter(
            made,
            opened.assembler(prompts),
            zero == null ? FeatureSource.NONE : zero.learnedFrom());
    TrainingSettings settings =
        recipe.settings(
            opened.backbone().config().blocks(), pipeline.seed(), pipeline.trainingWorkers());
    double again = opening + secondsSince(loading);
    ExampleWriter watching =
        new ExampleWriter(
            writer.retriever(),
            writer.assembler(),
            zero == null ? FeatureSource.NONE : zero.rows());
    Counts counts = new Counts(examples.fit(), examples.validation(), examples.most(), 0);
    if (recipe.time() != null) {
      counts =
          counted(
              recipe.time(),
              divided(opened, train, held, watching, settings, deadline, again),
              deadline,
              work);
    }
    List<LabelledPrompt> learned =
        writer.write(train, requests(train, counts.examples()), progress);
    List<LabelledPrompt> watched =
        watching.write(held, requests(held, counts.validation()), progress);
    TrainingResult result =
        new Trainer(
                opened.backbone(),
                opened.backboneId().name(),
                start(opened, prompts, zero),
                headStart(train, writer, watched, counts.fit()),
                settings,
                work)
            .run(
                new ShuffledPrompts(
                    learned, examples.batchTokens(), Integer.MAX_VALUE, pipeline.seed()),
                new HeldOut(watched, examples.batchTokens()),
                deadline.earlier(counts.after()),
                progress);
    HeadSpread last = result.spreads().getLast();
    workplace.remarks().accept(last.text());
    last.warning().ifPresent(workplace.remarks());
    return new TrainedBundle(
        opened,
        retriever,
        prompts,
        zero,
        settings,
        result,
        told(opened, settings, result, zero, counts));
  }

  /**
   * What is read of data, in impressions.
   *
   * @param fit that heads are fitted to
   * @param validation that training stops by
   * @param examples that training learns from, or null for all
   * @param after seconds that what comes after the steps needs
   */
  private record Counts(int fit, int validation, @Nullable Integer examples, double after) {}

  /** Measures how fast impressions are written and read here, and divides the time. */
  private TrainingTime divided(
      Pipeline opened,
      Interactions train,
      Interactions held,
      ExampleWriter watching,
      TrainingSettings settings,
      Deadline deadline,
      double opening) {
    List<Requests.Request> sample = requests(held, TRIED);
    long began = System.nanoTime();
    List<LabelledPrompt> prompts = watching.write(held, sample, Progress.silent());
    int read = prompts.stream().mapToInt(prompt -> prompt.labels().length).sum();
    double writing = secondsSince(began) / read;
    int last = settings.exits().getLast();
    double alone = ReadingSpeed.measure(opened.backbone(), prompts, last, 1, TRIAL);
    double together =
        settings.workers() == 1
            ? alone
            : ReadingSpeed.measure(opened.backbone(), prompts, last, settings.workers(), TRIAL);
    int tokens = prompts.stream().mapToInt(prompt -> prompt.tokens().tokens()).sum();
    int batch = Math.max(1, Math.round((float) examples.batchTokens() * read / tokens));
    int all = Math.min(examples.most() == null ? Integer.MAX_VALUE : examples.most(), train.size());
    return TrainingTime.of(
        deadline.secondsLeft(),
        new TrainingTime.Counts(
            Math.min(examples.fit(), train.size()),
            Math.min(examples.validation(), held.size()),
            Math.min(examples.calibration(), held.size()),
            all),
        new TrainingTime.Speed(writing + alone, writing + together, opening, batch));
  }

  /** Says how the time is divided; a training that goes on reads what it read before. */
  private Counts counted(Duration time, TrainingTime divided, Deadline deadline, Path work) {
    double spent = time.toNanos() / 1e9 - deadline.secondsLeft();
    divided.told(spelled(time), spent).forEach(workplace.remarks());
    TimedCounts kept = new TimedCounts(divided.validation(), divided.examples());
    Path file = work.resolve(TIMED);
    if (Trainer.isBegun(work) && Files.exists(file)) {
      try {
        kept = JsonMapper.shared().readValue(file, TimedCounts.class);
        workplace
            .remarks()
            .accept(
                "Training goes on in %s, on the %s and %s of validation that it began with."
                    .formatted(
                        work,
                        Counted.of(kept.examples(), "example"),
                        Counted.of(kept.validation(), "impression")));
      } catch (JacksonException e) {
        throw new UserException(
            "%s does not say what the training in it reads.".formatted(file),
            "Choose another directory, or delete it to begin anew.",
            e);
      }
    } else {
      AtomicFiles.writeString(file, JsonMapper.shared().writeValueAsString(kept));
    }
    return new Counts(divided.fit(), kept.validation(), kept.examples(), divided.after());
  }

  /**
   * What a training within a time reads, kept beside its checkpoints.
   *
   * @param validation impressions that it stops by
   * @param examples impressions that it learns from
   */
  record TimedCounts(int validation, int examples) {}

  /** As {@code --time} takes it. */
  private static String spelled(Duration time) {
    return time.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private HeadStart headStart(
      Interactions train, ExampleWriter writer, List<LabelledPrompt> watched, int fit) {
    if (fit == 0) {
      return HeadStart.SAME;
    }
    return (backbone, head, exits, progress) ->
        new FittedHeads(writer.write(train, requests(train, fit), progress), watched)
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
      Pipeline opened,
      TrainingSettings settings,
      TrainingResult result,
      @Nullable HeadZero zero,
      Counts counts) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("retriever", examples.retriever());
    told.put(
        "features",
        examples.features().stream()
            .map(FeatureGroups.Kind::name)
            .sorted()
            .collect(Collectors.joining(", ")));
    told.put("headZero", zero == null ? "none" : zero.schema().model().name());
    told.put("split", pipeline.splitName());
    told.put("history", Integer.toString(pipeline.history()));
    told.put("lora", settings.lora() == null ? "none" : settings.lora().text());
    told.put("rates", settings.rates().text());
    told.put("distillation", Double.toString(settings.distillation()));
    told.put("pairwise", Double.toString(settings.pairwise()));
    told.put("listwise", Double.toString(settings.listwise()));
    if (recipe.time() != null) {
      told.put("time", spelled(recipe.time()));
      told.put("examples", String.valueOf(counts.examples()));
      told.put("validation", Integer.toString(counts.validation()));
    }
    told.put("fit", Integer.toString(counts.fit()));
    told.put("batchTokens", Integer.toString(examples.batchTokens()));
    told.put("steps", Integer.toString(result.steps()));
    told.put("bestStep", Integer.toString(result.bestStep()));
    told.put("ended", result.end().name());
    told.put("dtype", opened.backbone().dtype().name());
    return told;
  }
}
