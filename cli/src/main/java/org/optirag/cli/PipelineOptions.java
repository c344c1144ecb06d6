package org.optirag.cli;

import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.NegativeSampling;
import org.optirag.dataset.SplitRule;
import org.optirag.scoring.ChatFormat;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Option;

/** How the pipeline from data to probabilities is set up; use as a {@code @Mixin}. */
final class PipelineOptions {
  /** The model that everything works with by default. */
  static final String DEFAULT_MODEL = "smollm2-135m-instruct";

  /** The seed of samples, training and bootstrap. */
  static final long DEFAULT_SEED = 20250104;

  private static final String STANDARD_SPLIT = "standard";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = DEFAULT_MODEL,
      description =
          "A known name, owner/name of a Hugging Face repository (owner/name:FILE.gguf), or a path;"
              + " default ${DEFAULT-VALUE}.")
  private String model = DEFAULT_MODEL;

  @Option(
      names = "--dtype",
      defaultValue = "auto",
      description =
          "Numbers of the projections: ${COMPLETION-CANDIDATES}; default auto, the faster of f32 and"
              + " bf16 on this processor, as a short trial tells. int8 scores faster and a little less"
              + " exactly; training needs one of the others.")
  private DType dtype = DType.AUTO;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "${COMPLETION-CANDIDATES}; default cpu.")
  private Device device = Device.CPU;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads within one operation; default 1. More pay on an idle machine only: threads that"
              + " wait for each other at every operation collapse when anything else runs.")
  private int threads = 1;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Requests under way at once; default: one a processor.")
  private @Nullable Integer workers;

  @Option(
      names = "--chat",
      paramLabel = "FORMAT",
      defaultValue = "chatml",
      description = "chatml (SmolLM2, Qwen), llama3, llama2, mistral, vicuna, zephyr, plain.")
  private String chat = "chatml";

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      defaultValue = "512",
      description = "Most tokens of a context with its longest candidate; default 512.")
  private int promptTokens = 512;

  @Option(
      names = "--history",
      paramLabel = "N",
      defaultValue = "15",
      description = "Most behaviours of the user in a prompt; default 15.")
  private int history = 15;

  @Option(
      names = "--split",
      paramLabel = "RULE",
      description =
          "standard (the published split, else time, else last-out), time (8:1:1), last-out, user"
              + " (8:1:1 of the users); default standard, with a bundle the one it was trained on.")
  private @Nullable String split;

  @Option(
      names = "--negatives",
      paramLabel = "N",
      description =
          "For data of clicks alone: draw N items the user never touched for each click; default 4"
              + " there, 0 elsewhere.")
  private @Nullable Integer negatives;

  @Option(
      names = "--negatives-by",
      defaultValue = "uniform",
      description = "How they are drawn: ${COMPLETION-CANDIDATES}; default uniform.")
  private NegativeSampling.Choice negativesBy = NegativeSampling.Choice.UNIFORM;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "" + DEFAULT_SEED,
      description = "Of samples, graph training and bootstrap; default ${DEFAULT-VALUE}.")
  private long seed = DEFAULT_SEED;

  String model() {
    return model;
  }

  DType dtype() {
    return dtype;
  }

  Device device() {
    return device;
  }

  int threads() {
    return counted("threads", threads);
  }

  int workers() {
    return counted(
        "workers", workers == null ? Runtime.getRuntime().availableProcessors() : workers);
  }

  /** Threads that share a batch of training: a GPU does better with all of it at once. */
  int trainingWorkers() {
    return device == Device.CUDA ? 1 : workers();
  }

  private static int counted(String what, int number) {
    if (number < 1 || number > 1024) {
      throw new UserException(number + " " + what + " are not possible.", "Give 1 to 1024.");
    }
    return number;
  }

  int history() {
    return history;
  }

  long seed() {
    return seed;
  }

  PromptSettings prompt() {
    PromptSettings standard = PromptSettings.DEFAULT;
    try {
      return new PromptSettings(
          ChatFormat.of(chat),
          promptTokens,
          standard.titleTokens(),
          standard.profile(),
          standard.fields(),
          standard.evidence(),
          standard.relevant(),
          standard.question());
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "--prompt-tokens: " + e.getMessage() + ".", "Give a larger number, for instance 512.", e);
    }
  }

  /** The name of the rule that was asked for. */
  String split() {
    return split == null ? STANDARD_SPLIT : split;
  }

  /** The rule that was asked for, or else the one that a bundle was trained on. */
  SplitRule split(Dataset data, @Nullable Bundle bundle) {
    return split == null && bundle != null
        ? bundle.splitOf(data)
        : SplitRule.named(split(), data, seed);
  }

  /** How negatives are drawn, or null where the impressions have labels of both kinds. */
  @Nullable NegativeSampling negatives(boolean clicksAlone) {
    int ratio = negatives == null ? (clicksAlone ? 4 : 0) : negatives;
    return ratio == 0 ? null : new NegativeSampling(ratio, negativesBy, seed);
  }
}
