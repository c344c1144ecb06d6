package org.optirag.cli;

import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.dataset.NegativeSampling;
import org.optirag.scoring.ChatFormat;
import org.optirag.scoring.PromptSettings;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How the pipeline from data to probabilities is set up; use as a {@code @Mixin}. */
final class PipelineOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = PipelineSettings.DEFAULT_MODEL,
      description =
          "A known name, owner/name of a Hugging Face repository (owner/name:FILE.gguf), or a path;"
              + " default ${DEFAULT-VALUE}.")
  private String model = PipelineSettings.DEFAULT_MODEL;

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
      defaultValue = "" + PipelineSettings.DEFAULT_SEED,
      description = "Of samples, graph training and bootstrap; default ${DEFAULT-VALUE}.")
  private long seed = PipelineSettings.DEFAULT_SEED;

  /**
   * What was asked for of a bundle, which brings its model and the form of its prompts.
   *
   * @throws UserException if an option would have no effect, or as by {@link #settings()}
   */
  PipelineSettings settingsOfBundle() {
    for (String option : PipelineSettings.OF_BUNDLE) {
      if (command.commandLine().getParseResult().hasMatchedOption("--" + option)) {
        throw new UserException(
            "A bundle is read as it was trained, so --%s has no effect.".formatted(option),
            "Leave it out.");
      }
    }
    return settings();
  }

  /**
   * What was asked for.
   *
   * @throws UserException if a number is out of its range or there is no such chat format
   */
  PipelineSettings settings() {
    return new PipelineSettings(
        model,
        dtype,
        device,
        threads,
        workers == null ? Runtime.getRuntime().availableProcessors() : workers,
        prompt(),
        history,
        split,
        negatives,
        negativesBy,
        seed,
        false);
  }

  private PromptSettings prompt() {
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
}
