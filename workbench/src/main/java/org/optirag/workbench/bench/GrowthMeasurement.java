package org.optirag.workbench.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.optirag.backbone.PackedPrompt;
import org.optirag.evaluation.bench.Growth;
import org.optirag.evaluation.bench.GrowthCurve;
import org.optirag.evaluation.bench.GrowthReport;
import org.optirag.scoring.Scorer;
import org.optirag.workbench.Pipeline;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** How costs grow with candidates, context, requests, users and edges. For one thread. */
final class GrowthMeasurement {
  private static final String BASE = "100x500";
  private static final int[] CANDIDATES = {1, 3, 10, 30, 100, 300, 1_000};
  private static final int[] CONTEXT = {100, 200, 500, 1_000, 2_000, 4_000};
  private static final int[] REQUESTS = {1, 2, 4, 8, 16};
  private static final int[] USERS = {1_000, 10_000, 100_000, 300_000, 1_000_000};
  private static final int[] INDEXED = {1_000, 10_000, 100_000, 300_000};
  private static final int[] EDGES = {
    100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 25_000_000
  };
  private static final int BESIDE_CONTEXT = 20;

  /** What can be asked for, with its points. */
  static final Map<String, Integer> NAMES =
      Map.of(
          "candidates", CANDIDATES.length,
          "context", CONTEXT.length,
          "requests", REQUESTS.length,
          "users", USERS.length + INDEXED.length,
          "edges", EDGES.length);

  private final Pipeline pipeline;

  GrowthMeasurement(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Checks the names.
   *
   * @throws UserException if one is none
   */
  static void require(List<String> names) {
    for (String name : names) {
      if (!NAMES.containsKey(name)) {
        throw new UserException(
            "There is no growth curve \"" + name + "\".",
            "There are " + NAMES.keySet().stream().sorted().toList() + ".");
      }
    }
  }

  /**
   * Measures curves.
   *
   * @param names of {@link #NAMES}
   */
  GrowthReport measure(List<String> names) {
    Progress progress = pipeline.workplace().progress();
    Scorer scorer =
        Scorer.zeroShot(
            pipeline.backbone(), pipeline.tokenizer(), pipeline.promptSettings().format());
    Supplier<PackedPrompt> base = () -> Workloads.of(List.of(BASE), pipeline).getFirst().prompt();
    List<GrowthCurve> curves = new ArrayList<>();
    int points = names.stream().mapToInt(NAMES::get).sum();
    try (Progress.Task task = progress.begin("measure growth", points, "point")) {
      Growth growth = new Growth(task);
      for (String name : names) {
        switch (name) {
          case "candidates" ->
              curves.add(
                  growth.candidates(
                      scorer,
                      repeated(base.get(), 500, CANDIDATES[CANDIDATES.length - 1]),
                      CANDIDATES));
          case "context" ->
              curves.add(
                  growth.context(
                      scorer,
                      repeated(base.get(), CONTEXT[CONTEXT.length - 1], BESIDE_CONTEXT),
                      CONTEXT));
          case "requests" -> curves.add(growth.requests(scorer, base.get(), REQUESTS));
          case "users" -> {
            curves.add(growth.usersExact(USERS));
            curves.add(growth.usersApproximate(INDEXED));
          }
          default -> curves.add(growth.edges(EDGES));
        }
      }
    }
    return new GrowthReport(
        "How costs grow",
        Instant.now(),
        Map.of(
            "model",
            pipeline.settings().model(),
            "dtype",
            pipeline.backbone().dtype().name(),
            "processors",
            String.valueOf(Runtime.getRuntime().availableProcessors())),
        curves);
  }

  /** The same prompt made longer: its tokens again, and its candidates again. */
  private static PackedPrompt repeated(PackedPrompt prompt, int context, int candidates) {
    int[] known = prompt.context();
    int[] longer = IntStream.range(0, context).map(i -> known[i % known.length]).toArray();
    List<int[]> more =
        IntStream.range(0, candidates)
            .mapToObj(c -> prompt.candidates().get(c % prompt.candidates().size()))
            .toList();
    return new PackedPrompt(longer, more);
  }
}
