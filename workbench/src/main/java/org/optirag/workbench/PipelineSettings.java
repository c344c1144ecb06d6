package org.optirag.workbench;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.NegativeSampling;
import org.optirag.dataset.SplitRule;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.UserException;

/**
 * How the pipeline from data to probabilities is set up. Immutable and safe for use from several
 * threads.
 *
 * @param model a known name, owner/name of a Hugging Face repository, or a path; with a bundle, its
 *     own is taken instead
 * @param dtype numbers of the projections
 * @param device where the model runs
 * @param threads within one operation, 1 to 1024
 * @param workers requests under way at once, 1 to 1024
 * @param prompt how prompts are written; with a bundle, as it was trained
 * @param history most behaviours of the user in a prompt; with a bundle, as it was trained
 * @param split the name of a rule as {@link SplitRule#named} takes it, or null for "standard" and,
 *     with a bundle, the rule that it was trained on
 * @param negatives items that are drawn for each click, or null for four where there are clicks
 *     alone, and none elsewhere
 * @param negativesBy how they are drawn
 * @param seed of samples, training and bootstrap
 * @param permuted whether labels are dealt anew at random, to look for leaks
 */
public record PipelineSettings(
    String model,
    DType dtype,
    Device device,
    int threads,
    int workers,
    PromptSettings prompt,
    int history,
    @Nullable String split,
    @Nullable Integer negatives,
    NegativeSampling.Choice negativesBy,
    long seed,
    boolean permuted) {
  /** The model that everything works with by default. */
  public static final String DEFAULT_MODEL = "smollm2-135m-instruct";

  /** Options that have no effect with a bundle, which is read as it was trained. */
  public static final List<String> OF_BUNDLE = List.of("model", "chat", "prompt-tokens", "history");

  /** The seed of samples, training and bootstrap. */
  public static final long DEFAULT_SEED = 20250104;

  /** Most behaviours of the user in a prompt. */
  public static final int DEFAULT_HISTORY = 15;

  private static final String STANDARD_SPLIT = "standard";
  private static final int STANDARD_NEGATIVES = 4;
  private static final int MOST_THREADS = 1024;

  /**
   * Checks the counts.
   *
   * @throws UserException if there are too few or too many threads or workers
   */
  public PipelineSettings {
    requireCounted("threads", threads);
    requireCounted("workers", workers);
  }

  private static void requireCounted(String what, int number) {
    if (number < 1 || number > MOST_THREADS) {
      throw new UserException(
          number + " " + what + " are not possible.", "Give 1 to " + MOST_THREADS + ".");
    }
  }

  /** The default model on the processor, one thread an operation and a worker a processor. */
  public static PipelineSettings standard() {
    return new PipelineSettings(
        DEFAULT_MODEL,
        DType.AUTO,
        Device.CPU,
        1,
        Runtime.getRuntime().availableProcessors(),
        PromptSettings.DEFAULT,
        DEFAULT_HISTORY,
        null,
        null,
        NegativeSampling.Choice.UNIFORM,
        DEFAULT_SEED,
        false);
  }

  /** The same with another model. */
  public PipelineSettings withModel(String other) {
    return new PipelineSettings(
        other,
        dtype,
        device,
        threads,
        workers,
        prompt,
        history,
        split,
        negatives,
        negativesBy,
        seed,
        permuted);
  }

  /** The same with another number of requests under way at once. */
  public PipelineSettings withWorkers(int other) {
    return new PipelineSettings(
        model,
        dtype,
        device,
        threads,
        other,
        prompt,
        history,
        split,
        negatives,
        negativesBy,
        seed,
        permuted);
  }

  /** The same with other numbers of the projections. */
  public PipelineSettings withDtype(DType other) {
    return new PipelineSettings(
        model,
        other,
        device,
        threads,
        workers,
        prompt,
        history,
        split,
        negatives,
        negativesBy,
        seed,
        permuted);
  }

  /** The same with another rule to split the data by. */
  public PipelineSettings withSplit(String other) {
    return new PipelineSettings(
        model,
        dtype,
        device,
        threads,
        workers,
        prompt,
        history,
        other,
        negatives,
        negativesBy,
        seed,
        permuted);
  }

  /** The same with another seed. */
  public PipelineSettings withSeed(long other) {
    return new PipelineSettings(
        model,
        dtype,
        device,
        threads,
        workers,
        prompt,
        history,
        split,
        negatives,
        negativesBy,
        other,
        permuted);
  }

  /**
   * The same on labels dealt anew at random ({@link Dataset#permuted}): nothing can be learned of
   * them, so that whatever predicts them has seen them.
   */
  public PipelineSettings withPermutedLabels() {
    return new PipelineSettings(
        model,
        dtype,
        device,
        threads,
        workers,
        prompt,
        history,
        split,
        negatives,
        negativesBy,
        seed,
        true);
  }

  /** Threads that share a batch of training: a GPU does better with all of it at once. */
  public int trainingWorkers() {
    return device == Device.CUDA ? 1 : workers;
  }

  /** The name of the rule that was asked for. */
  public String splitName() {
    return split == null ? STANDARD_SPLIT : split;
  }

  /**
   * The rule that was asked for, or else the one that a bundle was trained on.
   *
   * @param data what is split
   * @param bundle what was trained, or null
   * @throws UserException if there is no rule of that name
   */
  public SplitRule splitOf(Dataset data, @Nullable Bundle bundle) {
    return split == null && bundle != null
        ? bundle.splitOf(data)
        : SplitRule.named(splitName(), data, seed);
  }

  /**
   * How negatives are drawn, or null where none are.
   *
   * @param clicksAlone whether the impressions have no labels but clicks
   */
  public @Nullable NegativeSampling sampling(boolean clicksAlone) {
    int ratio = negatives == null ? (clicksAlone ? STANDARD_NEGATIVES : 0) : negatives;
    return ratio == 0 ? null : new NegativeSampling(ratio, negativesBy, seed);
  }
}
