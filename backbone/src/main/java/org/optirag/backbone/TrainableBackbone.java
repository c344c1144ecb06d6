package org.optirag.backbone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.workspace.UserException;

/**
 * A backbone whose weights stay as they are, with a low-rank adapter and exit heads that learn.
 * Batches are added up by {@link #accumulate} until {@link #step} applies their mean gradient.
 * Given the seed and the batches, results are the same to the bit on the same machine, whatever
 * happens on other threads. Not safe for use from several threads at once; it uses several itself.
 */
public final class TrainableBackbone implements AutoCloseable {
  private final Backbone backbone;
  private final Learnables learnables;
  private final TrainingOptions options;
  private final boolean masked;
  private final double dropout;
  private final Gradients gradients;
  private final List<Gradients> ofWorkers = new ArrayList<>();
  private final ExecutorService workers;
  private long batches;
  private long steps;
  private double weight;
  private boolean finite = true;

  /**
   * @param backbone not to be closed before this is
   * @param start the adapter to go on from, or null to train heads alone; {@link
   *     LoraAdapter#initial} makes a new one
   * @param heads where training begins, shallowest first; blocks after the last are not run
   * @throws org.optirag.workspace.UserException if the adapter does not fit the model
   * @throws IllegalArgumentException if heads are out of order or beyond the model, do not read the
   *     same number of features, the adapter reaches beyond the last of them, or the backbone was
   *     loaded for scoring alone
   */
  public TrainableBackbone(
      Backbone backbone,
      @Nullable LoraAdapter start,
      List<PlacedHead> heads,
      TrainingOptions options) {
    this(backbone, start, heads, options, backbone.onGpu());
  }

  /**
   * @param masked whether attention is one masked product: what a GPU is better at
   */
  TrainableBackbone(
      Backbone backbone,
      @Nullable LoraAdapter start,
      List<PlacedHead> heads,
      TrainingOptions options,
      boolean masked) {
    if (backbone.dtype() == DType.INT8) {
      throw new UserException(
          "A model of 8 bits cannot be trained.", "Train with --dtype bf16, score with int8.");
    }
    backbone.requirePlain();
    this.backbone = backbone;
    this.options = options;
    this.masked = masked;
    this.dropout = start == null ? 0 : start.settings().dropout();
    this.learnables = new Learnables(backbone.config(), start, heads, backbone.device());
    try {
      this.gradients = new Gradients(learnables.parameters());
      for (int i = 0; i < options.workers(); i++) {
        ofWorkers.add(new Gradients(learnables.parameters()));
      }
      this.workers =
          Executors.newFixedThreadPool(
              options.workers(), Thread.ofPlatform().daemon().name("training-", 1).factory());
    } catch (RuntimeException | Error e) {
      learnables.close();
      throw e;
    }
  }

  /** How many heads there are. */
  public int exits() {
    return learnables.heads().size();
  }

  /** How many numbers learn. */
  public long parameters() {
    return learnables.parameters().stream().mapToLong(Parameter::size).sum();
  }

  Learnables learnables() {
    return learnables;
  }

  List<Parameter> learning() {
    return learnables.parameters();
  }

  /** What has been added up since the last step: sums over candidates. */
  float[] gradient(Parameter parameter) {
    return gradients.of(parameter);
  }

  /** How many steps have been applied. */
  public long steps() {
    return steps;
  }

  /**
   * Runs a batch forward and backward and adds its gradients up.
   *
   * @return its losses and logits, before any change
   * @throws IllegalArgumentException if a prompt cannot be read, has another number of features
   *     than the heads, or the objective another number of heads
   */
  public BatchLoss accumulate(List<LabelledPrompt> prompts, Objective objective) {
    if (objective.headWeights().length != exits()) {
      throw new IllegalArgumentException(
          "%d head weights for %d heads".formatted(objective.headWeights().length, exits()));
    }
    WorkPartition sharing =
        WorkPartition.of(prompts.stream().map(LabelledPrompt::tokens).toList(), options);
    requireReadable(
        prompts.stream().map(LabelledPrompt::tokens).toList(),
        prompts.stream().map(LabelledPrompt::features).toList());
    batches++;
    List<BatchLoss> parts =
        sharing.run(workers, (part, numbers) -> learn(part, numbers, prompts, objective));
    ofWorkers.subList(0, parts.size()).forEach(gradients::add);
    BatchLoss sum = sharing.sum(parts);
    weight += sum.weight();
    finite &= sum.finite();
    return sum;
  }

  private BatchLoss learn(
      int part, int[] numbers, List<LabelledPrompt> prompts, Objective objective) {
    List<LabelledPrompt> own = Arrays.stream(numbers).mapToObj(prompts::get).toList();
    Gradients sums = ofWorkers.get(part);
    sums.clear();
    try (TrainingPass pass =
        new TrainingPass(
            backbone,
            learnables,
            own.stream().map(LabelledPrompt::tokens).toList(),
            dropout == 0 ? null : Dropout.of(dropout, options.seed() + batches, numbers, own),
            options.recompute(),
            masked,
            true)) {
      return pass.learn(objective, own, sums);
    }
  }

  /**
   * Applies the mean gradient of the batches added up since the last step.
   *
   * @throws IllegalStateException if there was none
   */
  public StepResult step(LearningRates rates, AdamW optimizer) {
    if (weight == 0) {
      throw new IllegalStateException("no batch since the last step, or all candidates weigh 0");
    }
    gradients.scale(1 / weight);
    double norm = gradients.norm();
    boolean applied = finite && Double.isFinite(norm);
    if (applied) {
      steps++;
      if (norm > optimizer.maxNorm()) {
        gradients.scale(optimizer.maxNorm() / norm);
      }
      for (Parameter parameter : learnables.parameters()) {
        optimizer.update(parameter, gradients.of(parameter), rates.of(parameter), steps);
      }
    }
    forget();
    return new StepResult(applied, norm);
  }

  /** Forgets what has been added up since the last step. */
  public void forget() {
    gradients.clear();
    weight = 0;
    finite = true;
  }

  /**
   * What every head says now, without dropout: logits of No and Yes, [heads, candidates, 2],
   * candidates over all prompts in order.
   *
   * @param features of each prompt's candidates, [candidates, features]
   * @throws IllegalArgumentException if a prompt cannot be read or features do not fit the heads
   */
  public float[][][] logits(List<PackedPrompt> prompts, List<float[][]> features) {
    requireReadable(prompts, features);
    WorkPartition sharing = WorkPartition.of(prompts, options);
    return sharing.join(
        exits(),
        sharing.run(
            workers,
            (part, numbers) -> {
              List<PackedPrompt> own = Arrays.stream(numbers).mapToObj(prompts::get).toList();
              try (TrainingPass pass =
                  new TrainingPass(backbone, learnables, own, null, false, masked, false)) {
                return pass.logits(
                    Arrays.stream(numbers)
                        .mapToObj(features::get)
                        .flatMap(Arrays::stream)
                        .toArray(float[][]::new));
              }
            }));
  }

  private void requireReadable(List<PackedPrompt> prompts, List<float[][]> features) {
    int expected =
        learnables.heads().getFirst().features() == null
            ? 0
            : learnables.heads().getFirst().features().size();
    for (int i = 0; i < prompts.size(); i++) {
      backbone.require(prompts.get(i));
      for (float[] row : features.get(i)) {
        if (row.length != expected) {
          throw new IllegalArgumentException(
              "a candidate has %d features, the heads read %d".formatted(row.length, expected));
        }
      }
    }
  }

  /** The adapter as it is now, or null where heads alone learn. */
  public @Nullable LoraAdapter adapter() {
    return learnables.frozen();
  }

  /** The heads as they are now, shallowest first. */
  public List<PlacedHead> heads() {
    return learnables.heads().stream()
        .map(head -> new PlacedHead(head.block(), head.frozen()))
        .toList();
  }

  /**
   * Writes everything that going on needs: parameters, what the optimizer remembers, counters and
   * seed. Going on from it gives the same numbers to the bit as not having stopped.
   *
   * @param notes texts of the caller's to keep in the same file
   * @throws org.optirag.workspace.UserException if the disk is full; a file already there stays
   * @throws IllegalStateException between {@link #accumulate} and {@link #step}
   */
  public void save(Path file, Map<String, String> notes) {
    if (weight != 0) {
      throw new IllegalStateException("batches are added up but no step is taken");
    }
    TrainingState.write(
        file,
        learnables.parameters(),
        new TrainingState.Counters(steps, batches, options.seed()),
        notes);
  }

  /**
   * Goes back to a saved state.
   *
   * @return the caller's notes
   * @throws org.optirag.workspace.UserException if the file is broken or was written with other
   *     settings
   */
  public Map<String, String> restore(Path file) {
    TrainingState.Restored restored =
        TrainingState.read(file, learnables.parameters(), options.seed());
    steps = restored.counters().steps();
    batches = restored.counters().batches();
    forget();
    return restored.notes();
  }

  @Override
  public void close() {
    workers.close();
    learnables.close();
  }
}
