package org.optirag.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.BatchLoss;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.PlacedHead;
import org.optirag.backbone.StepResult;
import org.optirag.backbone.TrainableBackbone;
import org.optirag.backbone.TrainingOptions;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.workspace.Deadline;
import org.optirag.workspace.Progress;
import org.optirag.workspace.Remark;
import org.optirag.workspace.UserException;

/**
 * Trains an adapter and exit heads. A directory holds everything that outlives a session: the last
 * and the best state and metrics.jsonl; run again on the same directory, training goes on where its
 * last checkpoint was, with the same numbers to the bit (unless time is limited).
 */
public final class Trainer {
  private static final int MOST_REFUSALS = 10;

  private final Backbone backbone;
  private final String modelName;
  private final ExitHead start;
  private final HeadStart headStart;
  private final TrainingSettings settings;
  private final Path directory;
  private final Checkpoints checkpoints;

  /**
   * @param backbone the model that stays as it is
   * @param modelName its name, for the adapter's files
   * @param start a head as wide as the model, {@link Backbone#answerHead} for instance, with as
   *     many features as the examples have
   * @param headStart what it becomes at every exit before the first step
   */
  public Trainer(
      Backbone backbone,
      String modelName,
      ExitHead start,
      HeadStart headStart,
      TrainingSettings settings,
      Path directory) {
    this(
        backbone,
        modelName,
        start,
        headStart,
        settings,
        directory,
        new Checkpoints(directory, settings));
  }

  Trainer(
      Backbone backbone,
      String modelName,
      ExitHead start,
      HeadStart headStart,
      TrainingSettings settings,
      Path directory,
      Checkpoints checkpoints) {
    this.backbone = backbone;
    this.modelName = modelName;
    this.start = start;
    this.headStart = headStart;
    this.settings = settings;
    this.directory = directory;
    this.checkpoints = checkpoints;
  }

  /**
   * Whether a training in a directory has something to go on from.
   *
   * @param directory of a training
   */
  public static boolean isBegun(Path directory) {
    return Checkpoints.begun(directory);
  }

  /**
   * Trains until the plan ends it, from the last checkpoint on if there is one.
   *
   * @throws UserException if the directory belongs to another training or cannot be written, the
   *     validation set has labels of one kind only, or the loss stays no number
   */
  public TrainingResult run(ExampleSource examples, Validation validation, Progress progress) {
    return run(examples, validation, Deadline.NONE, progress);
  }

  /**
   * The same, and the last validation is done by a deadline: steps end early enough for it, by what
   * steps and validations have taken so far.
   *
   * @throws UserException if the directory belongs to another training or cannot be written, the
   *     validation set has labels of one kind only, or the loss stays no number
   */
  public TrainingResult run(
      ExampleSource examples, Validation validation, Deadline deadline, Progress progress) {
    int steps = settings.plan().steps(examples.batches());
    try (TrainableBackbone model = model(progress);
        Progress.Task task = progress.begin("train", steps, "step")) {
      Position position = checkpoints.restoreLast(model);
      task.advance(position.step());
      MetricsLog log = MetricsLog.from(directory.resolve("metrics.jsonl"), position.step());
      return new Session(model, examples, validation, deadline, task, log, steps, position).run();
    }
  }

  private TrainableBackbone model(Progress progress) {
    @Nullable LoraAdapter adapter =
        settings.lora() == null
            ? null
            : LoraAdapter.initial(modelName, settings.lora(), backbone.config(), settings.seed());
    int blocks = backbone.config().blocks();
    Checks.require(
        "exits", settings.exits(), settings.exits().getLast() <= blocks, "blocks up to " + blocks);
    // A checkpoint brings heads of its own.
    HeadStart at = checkpoints.begun() ? HeadStart.SAME : headStart;
    List<PlacedHead> heads = at.heads(backbone, start, settings.exits(), progress);
    return new TrainableBackbone(
        backbone,
        adapter,
        heads,
        new TrainingOptions(settings.seed(), settings.workers(), settings.recompute()));
  }

  /** One run of the program. */
  private final class Session {
    private final TrainableBackbone model;
    private final ExampleSource examples;
    private final Validation validation;
    private final Deadline deadline;
    private final Progress.Task task;
    private final MetricsLog log;
    private final int steps;
    private final TrainingPlan plan = settings.plan();
    private Position position;
    private int checkpointed;
    private int refusals;
    private double loss = Double.NaN;
    private @Nullable List<HeadSpread> spreads;

    /** What the latest step and validation took; the longest guess there is of the next ones. */
    private double stepSeconds;

    private double validationSeconds;

    /** Seconds for steps and validations in this run of the program. */
    private double allotted = Double.POSITIVE_INFINITY;

    private double before;

    Session(
        TrainableBackbone model,
        ExampleSource examples,
        Validation validation,
        Deadline deadline,
        Progress.Task task,
        MetricsLog log,
        int steps,
        Position position) {
      this.model = model;
      this.examples = examples;
      this.validation = validation;
      this.deadline = deadline;
      this.task = task;
      this.log = log;
      this.steps = steps;
      this.position = position;
      this.checkpointed = position.step();
    }

    TrainingResult run() {
      if (position.step() == 0) {
        validate();
        checkpoints.saveLast(model, position);
      }
      before = position.seconds();
      allotted = deadline.secondsLeft() - reserved();
      while (end() == null) {
        step();
        boolean over = end() != null;
        if (over || (position.step() % plan.validateEvery() == 0 && hasTimeToValidate())) {
          validate();
        }
        if (over || end() != null || position.step() % plan.checkpointEvery() == 0) {
          checkpoints.saveLast(model, position);
          checkpointed = position.step();
        }
      }
      TrainingResult.End end = end();
      if (Double.isNaN(position.best())) {
        throw new UserException(
            "The last head never said a number about the validation set.",
            "Lower the learning rates.");
      }
      checkpoints.restoreBest(model);
      return new TrainingResult(
          position.step(),
          position.bestStep(),
          position.best(),
          end == null ? TrainingResult.End.DONE : end,
          model.adapter(),
          model.heads(),
          // The best state may be of an earlier run of the program.
          spreads == null ? validation.read(model).spreads() : spreads);
    }

    private TrainingResult.@Nullable End end() {
      if (plan.patience() > 0 && position.sinceBest() >= plan.patience()) {
        return TrainingResult.End.PATIENCE;
      }
      if (position.step() >= steps) {
        return TrainingResult.End.DONE;
      }
      boolean late = plan.time() != null && position.seconds() >= seconds(plan.time());
      return late || deadline.secondsLeft() < reserved() + stepSeconds
          ? TrainingResult.End.TIME
          : null;
    }

    /** What the validation at the end takes; twice where the best state is of an earlier run. */
    private double reserved() {
      return (spreads == null ? 2 : 1) * validationSeconds;
    }

    /** Whether steps remain after one on the way. */
    private boolean hasTimeToValidate() {
      return deadline.secondsLeft() >= validationSeconds + reserved() + stepSeconds;
    }

    private void step() {
      long began = deadline.clock().getAsLong();
      long batches = (long) plan.epochs() * examples.batches();
      List<BatchLoss> losses = new ArrayList<>();
      int tokens = 0;
      int epoch = (int) (position.batch() / examples.batches());
      while (losses.size() < plan.accumulation() && position.batch() + losses.size() < batches) {
        long batch = position.batch() + losses.size();
        List<LabelledPrompt> prompts =
            examples.batch((int) (batch / examples.batches()), (int) (batch % examples.batches()));
        losses.add(model.accumulate(prompts, settings.objective()));
        tokens += prompts.stream().mapToInt(prompt -> prompt.tokens().tokens()).sum();
      }
      double factor = factor();
      StepResult result =
          model.step(settings.rates().times(factor, settings.exits()), settings.optimizer());
      double seconds = (deadline.clock().getAsLong() - began) / 1e9;
      stepSeconds = Math.max(seconds, stepSeconds / 2);
      position = position.advanced(losses.size(), seconds);
      BatchLoss mean = Losses.mean(losses);
      log.step(
          position, epoch, factor, mean, result.gradientNorm(), result.applied(), tokens, seconds);
      requireFinite(result);
      loss = mean.loss();
      note();
      task.advance(1);
    }

    private double factor() {
      double progress = (double) position.step() / steps;
      if (plan.time() != null) {
        progress = Math.max(progress, position.seconds() / seconds(plan.time()));
      }
      if (deadline.bounded()) {
        progress = Math.max(progress, position.seconds() / (before + Math.max(1e-3, allotted)));
      }
      double warmup = Math.min(1, (double) settings.rates().warmup() / steps);
      return settings.rates().factor(position.step() + 1, Math.min(1, progress), warmup);
    }

    private void requireFinite(StepResult result) {
      refusals = result.applied() ? 0 : refusals + 1;
      if (refusals == MOST_REFUSALS) {
        throw new UserException(
            "The loss has been no finite number for %d steps, up to step %d."
                .formatted(MOST_REFUSALS, position.step()),
            "Lower the learning rates; the last checkpoint is of step " + checkpointed + ".");
      }
    }

    private void validate() {
      long began = deadline.clock().getAsLong();
      HeadLogits said = validation.read(model);
      double[] aucs = said.aucs();
      double auc = aucs[aucs.length - 1];
      boolean better = position.isBetter(auc);
      position = position.validated(auc);
      double seconds = (deadline.clock().getAsLong() - began) / 1e9;
      validationSeconds = seconds;
      position = position.later(seconds);
      if (better) {
        spreads = said.spreads();
        checkpoints.saveBest(model, position);
      }
      log.validation(position, aucs, said.spreads(), seconds);
      note();
    }

    private void note() {
      task.note(Remark.NONE.figure("loss", loss).figure("best AUC", position.best()).text());
    }
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
