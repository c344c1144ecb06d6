package org.optirag.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.training.DepthSchedule;
import org.optirag.workbench.TrainingRecipe;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Option;

/** How an adapter and exit heads are trained; use as a {@code @Mixin}. */
final class TrainingOptions {
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
      defaultValue = "3e-4",
      description = "Learning rate of the adapter at the first exit; default 3e-4.")
  private double rate = 3e-4;

  @Option(
      names = "--head-rate",
      defaultValue = "3e-5",
      description =
          "Learning rate of the heads at the first exit; default 3e-5. A head reads hundreds of"
              + " numbers at once, so that small steps of each already move its answer.")
  private double headRate = 3e-5;

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
      description = "Weight of ranking a request's candidates, a pair at a time; default 0.")
  private double pairwise;

  @Option(
      names = "--listwise",
      defaultValue = "0",
      description =
          "Weight of ranking a request's candidates, each clicked one among all that were not; default"
              + " 0.")
  private double listwise;

  @Option(names = "--epochs", defaultValue = "1", description = "Passes; default 1.")
  private int epochs = 1;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description =
          "Time that the whole run is fitted into where it can, such as 30m or 2h: data, features, fitting, steps, validation"
              + " and calibration. It is measured how fast the LLM reads here; then it is said what is"
              + " shortened to end in time. Downloads, the graph and head 0 are never shortened, and"
              + " the rest has a least: where these take longer than TIME, it is said, with a time"
              + " that suffices, and the run goes on. Default: as long as it takes.")
  private @Nullable String time;

  @Option(
      names = "--steps-time",
      paramLabel = "TIME",
      description =
          "Most time of the steps and the validations between them alone, over all runs that go on"
              + " from each other; default none.")
  private @Nullable String stepsTime;

  @Option(
      names = "--validate-every",
      paramLabel = "STEPS",
      defaultValue = "500",
      description = "How often the heads are measured on validation; default 500.")
  private int validateEvery = 500;

  /**
   * What was asked for.
   *
   * @throws UserException if there is no such module, or the time is none
   */
  TrainingRecipe recipe() {
    return new TrainingRecipe(
        exits,
        rank,
        alpha,
        dropout,
        rank == 0 ? Set.of() : modules(),
        rate,
        headRate,
        depthRates,
        distillation,
        pairwise,
        listwise,
        epochs,
        duration(time),
        duration(stepsTime),
        validateEvery);
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
    return modules;
  }

  private static @Nullable Duration duration(@Nullable String time) {
    if (time == null) {
      return null;
    }
    try {
      return Duration.parse("PT" + time.toUpperCase(Locale.ROOT));
    } catch (DateTimeParseException e) {
      throw new UserException("\"" + time + "\" is no time.", "Write it as 90s, 30m or 1h30m.", e);
    }
  }
}
