package org.optirag.workbench.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.evaluation.bench.BenchRow;
import org.optirag.evaluation.bench.Ceilings;
import org.optirag.evaluation.bench.Contender;
import org.optirag.evaluation.bench.GrowthReport;
import org.optirag.evaluation.bench.Profile;
import org.optirag.evaluation.bench.SideBySide;
import org.optirag.evaluation.bench.Workload;
import org.optirag.workbench.Pipeline;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workbench.Workplace;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How fast candidates are scored, beside other engines, and how costs grow. Immutable; one
 * measurement at a time, on a machine that does nothing else.
 */
public final class Benchmark {
  private static final int SCREENED_TOKENS = 64;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final String dataset;
  private final PipelineSettings pipelineSettings;
  private final BenchmarkSettings settings;
  private final Workplace workplace;
  private final BenchmarkListener listener;

  /**
   * Sets a benchmark up; nothing is loaded yet.
   *
   * @param dataset whose users and items the prompts tell of
   * @param pipelineSettings model and numbers
   * @param settings what is scored, by whom and how often
   * @param workplace where files are cached and who is told how far it is
   * @param listener hears what is found
   * @throws UserException if the processor's seconds are to be counted for several threads
   */
  public Benchmark(
      String dataset,
      PipelineSettings pipelineSettings,
      BenchmarkSettings settings,
      Workplace workplace,
      BenchmarkListener listener) {
    if (settings.clock() == SideBySide.Clock.CPU && pipelineSettings.threads() > 1) {
      throw new UserException(
          "--clock cpu counts the seconds of one thread.",
          "Leave --threads out, or use --clock wall.");
    }
    this.dataset = dataset;
    this.pipelineSettings = pipelineSettings;
    this.settings = settings;
    this.workplace = workplace;
    this.listener = listener;
  }

  /**
   * Checks names of growth curves before anything is loaded.
   *
   * @throws UserException if one is none
   */
  public static void requireGrowth(List<String> names) {
    GrowthMeasurement.require(names);
  }

  /**
   * Measures how costs grow and writes rows and page.
   *
   * @param names candidates, context, requests, users, edges
   * @throws UserException if a name is none, or data or model cannot be had
   */
  public GrowthReport growth(List<String> names) {
    requireGrowth(names);
    try (Pipeline pipeline = Pipeline.open(dataset, null, pipelineSettings, workplace)) {
      GrowthReport report = new GrowthMeasurement(pipeline).measure(names);
      report.write(settings.out());
      return report;
    }
  }

  /**
   * Scores the same tokens with all contenders, in turns. Rows are written as they come, so that a
   * run that is ended keeps what it measured.
   *
   * @throws UserException if a workload is none or the data cannot fill it, or data or model cannot
   *     be had
   */
  public BenchmarkResult run() {
    try (Pipeline pipeline = Pipeline.open(dataset, null, pipelineSettings, workplace)) {
      List<Workload> wanted = Workloads.of(settings.workloads(), pipeline);
      List<String> leftOut = new ArrayList<>();
      Consumer<String> leaveOut =
          what -> {
            leftOut.add(what);
            listener.leftOut(what);
          };
      try (Contenders contenders = new Contenders(pipeline, settings, leaveOut)) {
        ProductSpeeds speeds = ProductSpeeds.of(pipeline.backbone().config());
        SideBySide.Screened screened =
            new SideBySide(
                    contenders.ours(),
                    contenders.others(),
                    contenders.reference(),
                    settings.rounds(),
                    settings.clock())
                .screen(shortest(wanted));
        SideBySide bench = screened.bench();
        screened.dropped().forEach(leaveOut);
        Ceilings ceilings = Ceilings.measure(pipeline.backbone().config());
        listener.begun(speeds, ceilings);
        List<BenchRow> rows = measure(bench, wanted, leaveOut);
        List<Profile> profiles = settings.profile() ? profiles(bench, wanted) : List.of();
        return new BenchmarkResult(
            speeds, ceilings, rows, profiles, contenders.versions(), leftOut);
      }
    }
  }

  /** One candidate on a short context. */
  private static PackedPrompt shortest(List<Workload> wanted) {
    PackedPrompt prompt = wanted.getFirst().prompt();
    int tokens = Math.min(SCREENED_TOKENS, prompt.context().length);
    return new PackedPrompt(
        Arrays.copyOf(prompt.context(), tokens), prompt.candidates().subList(0, 1));
  }

  private List<BenchRow> measure(
      SideBySide bench, List<Workload> wanted, Consumer<String> leaveOut) {
    List<BenchRow> rows = new ArrayList<>();
    int turns = wanted.size() * settings.rounds() * (bench.ours().size() + bench.peers().size());
    try (Progress.Task task = workplace.progress().begin("score in turns", turns, "turn")) {
      for (Workload workload : wanted) {
        SideBySide.Outcome outcome = bench.run(workload, task);
        rows.addAll(outcome.rows());
        AtomicFiles.writeString(settings.rows(), JSON.writeValueAsString(rows));
        listener.measured(outcome.rows());
        outcome.lost().forEach(leaveOut);
      }
    }
    return rows;
  }

  private List<Profile> profiles(SideBySide bench, List<Workload> wanted) {
    List<Contender> whole =
        bench.ours().stream()
            .filter(own -> own.policy().equals(Contenders.NONE) && !own.cached())
            .toList();
    return wanted.stream()
        .flatMap(
            workload -> whole.stream().map(own -> Profile.of(workload, own, settings.rounds())))
        .toList();
  }
}
