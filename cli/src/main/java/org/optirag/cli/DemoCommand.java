package org.optirag.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.EvaluationResult;
import org.optirag.evaluation.Requests;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code optirag demo}: everything once, on real data, with the real model. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "From nothing to click probabilities: downloads MovieLens-100K and the default model, trains"
          + " the graph, scores a sample of held-out impressions with the LLM as it was published"
          + " behind each retriever, and with the trained bundle at full depth and with early exit;"
          + " prints the table and writes a report.",
      "Takes some minutes the first time; what it downloads and trains is kept, so that a second run"
          + " and the other commands reuse it.",
      ""
    },
    footer = {
      "",
      "Then:    optirag rank --bundle bundles/movielens-100k --user 42 --items 50,181,258",
      "Or:      optirag evaluate --help"
    })
final class DemoCommand implements Callable<Integer> {
  private static final String DATASET = "movielens-100k";

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions options;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "240",
      description = "How many impressions are scored; default ${DEFAULT-VALUE}.")
  private int most = 240;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "What was trained; default the shipped bundles/movielens-100k.")
  private @Nullable Path bundle;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Takes results.json and report.html; default ${DEFAULT-VALUE}.")
  private Path out = Path.of("runs/demo");

  @Override
  public Integer call() {
    Path shipped =
        Path.of(System.getProperty("optirag.home", ""), "bundles", DATASET).toAbsolutePath();
    Path taken = bundle != null || !Files.exists(shipped) ? bundle : shipped;
    Bundle trained = taken == null ? null : Bundle.open(taken);
    Evaluation zeroShot;
    try (Pipeline pipeline = new Pipeline(DATASET, null, options, common)) {
      zeroShot =
          run(pipeline)
              .of(List.of("bias"), Pipeline.RETRIEVERS.stream().map(pipeline::zeroShot).toList());
    }
    Evaluation shown = trained == null ? zeroShot : with(zeroShot, trained);
    EvaluateCommand.report(shown, out, common);
    if (!common.json()) {
      String with = taken == null ? "" : " --bundle " + taken;
      common.out().println("Next:    ./optirag rank" + with + " --user 42 --items 50,181,258");
      common.out().flush();
    }
    return 0;
  }

  private EvaluationRun run(Pipeline pipeline) {
    return new EvaluationRun(
        pipeline,
        EvaluationRun.Part.TEST,
        Requests.Grouping.DEFAULT,
        Math.max(1, most),
        options,
        common);
  }

  /** The same impressions, scored by what was trained: at full depth, then with early exit. */
  private Evaluation with(Evaluation zeroShot, Bundle trained) {
    try (Pipeline pipeline = new Pipeline(DATASET, trained, options, common)) {
      ExitPolicy chosen = trained.plan().policy();
      Evaluation early =
          run(pipeline)
              .of(
                  List.of("features"),
                  List.of(
                      pipeline.trained("optirag, full depth", new ExitPolicy.None()),
                      pipeline.trained("optirag, early exit", chosen)));
      List<EvaluationResult> results = new ArrayList<>(zeroShot.results());
      results.addAll(early.results());
      Map<String, String> facts = new LinkedHashMap<>(zeroShot.facts());
      facts.put("exit policy", chosen.text() + ", " + trained.plan().chosen());
      facts.put("prompt of the trained", pipeline.promptSettings().toString());
      return new Evaluation(zeroShot.title(), early.created(), facts, results);
    }
  }
}
