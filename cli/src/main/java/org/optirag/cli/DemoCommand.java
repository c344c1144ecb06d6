package org.optirag.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluation;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Demonstration;
import org.optirag.workbench.EvaluationOutcome;
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
        Path.of(System.getProperty("optirag.home", ""), "bundles", Demonstration.DATASET)
            .toAbsolutePath();
    Path taken = bundle != null || !Files.exists(shipped) ? bundle : shipped;
    Bundle trained = taken == null ? null : Bundle.open(taken);
    Evaluation shown = new Demonstration(options.settings(), common.workplace()).run(most, trained);
    new EvaluationOutcome(shown, null, null).write(out);
    EvaluationPrinter.print(shown, out, common);
    if (!common.json()) {
      String with = taken == null ? "" : " --bundle " + taken;
      common.out().println("Next:    ./optirag rank" + with + " --user 42 --items 50,181,258");
      common.out().flush();
    }
    return 0;
  }
}
