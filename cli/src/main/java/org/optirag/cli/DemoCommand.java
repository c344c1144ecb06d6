package org.optirag.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.Requests;
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
          + " the graph, scores a sample of held-out impressions with each retriever, prints the"
          + " table and writes a report.",
      "Takes some minutes the first time; what it downloads and trains is kept, so that a second run"
          + " and the other commands reuse it.",
      ""
    },
    footer = {
      "",
      "Then:    optirag rank --user 42 --items 50,181,258",
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
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Takes results.json and report.html; default ${DEFAULT-VALUE}.")
  private Path out = Path.of("runs/demo");

  @Override
  public Integer call() {
    try (Pipeline pipeline = new Pipeline(DATASET, null, options, common)) {
      Evaluation evaluation =
          EvaluateCommand.evaluate(
              pipeline,
              List.of("bias"),
              Pipeline.RETRIEVERS.stream().map(pipeline::zeroShot).toList(),
              EvaluateCommand.Part.TEST,
              Requests.Grouping.DEFAULT,
              Math.max(1, most),
              options,
              common);
      EvaluateCommand.report(evaluation, out, common);
    }
    if (!common.json()) {
      common.out().println("Next:    ./optirag rank --user 42 --items 50,181,258");
      common.out().flush();
    }
    return 0;
  }
}
