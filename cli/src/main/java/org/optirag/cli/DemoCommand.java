package org.optirag.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.ResultsFile;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Demonstration;
import org.optirag.workbench.EvaluationOutcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code optirag demo}: everything once, on real data, with the real model. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "What each stage is worth, on two data sets: counting alone, the LLM as it was published, and"
          + " a trained bundle at full depth and as it was calibrated. Downloads MovieLens-100K and"
          + " the default model, trains the graph, scores a sample of held-out impressions, prints"
          + " the tables and writes reports. MovieTweetings, the second set, comes with OptiRAG.",
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
  private static final String NEXT = " --user 42 --items 50,181,258";

  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private PipelineOptions options;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "240",
      description = "How many impressions of each set are scored; default ${DEFAULT-VALUE}.")
  private int most = 240;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "What was trained, to show it alone; default the shipped ones.")
  private @Nullable Path bundle;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Takes DATASET/results.json and DATASET/report.html; default runs/demo, or the next that"
              + " is free.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    List<Path> shown = bundle == null ? shipped() : List.of(bundle);
    Demonstration demonstration = new Demonstration(options.settings(), common.workplace());
    Path place =
        output.directory(
            out,
            Path.of("runs", "demo"),
            shown.stream()
                .map(directory -> Bundle.open(directory).dataset().name())
                .map(name -> Path.of(name, EvaluationOutcome.RESULTS).toString())
                .toArray(String[]::new));
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Path directory : shown) {
      Bundle trained = Bundle.open(directory);
      boolean first = directory.equals(shown.getFirst());
      Evaluation evaluation = demonstration.run(trained, most, first);
      Path target = place.resolve(trained.dataset().name());
      new EvaluationOutcome(evaluation, null, null).write(target);
      if (common.json()) {
        all.add(ResultsFile.json(evaluation));
      } else {
        EvaluationPrinter.print(evaluation, target, common);
        common.out().println("Exits:   " + evaluation.facts().get("exit policy"));
        common.out().println();
        common.out().flush();
      }
    }
    if (common.json()) {
      common.printJson(all);
    } else {
      common.out().println("Next:    ./optirag rank --bundle " + shown.getFirst() + NEXT);
      common.out().flush();
    }
    return 0;
  }

  private static List<Path> shipped() {
    Path bundles = Path.of(System.getProperty("optirag.home", ""), "bundles");
    return Demonstration.DATASETS.stream()
        .map(name -> bundles.resolve(name).toAbsolutePath())
        .toList();
  }
}
