package org.optirag.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.experiment.ExperimentReport;
import org.optirag.workbench.experiment.Experiment;
import org.optirag.workbench.experiment.ExperimentFile;
import org.optirag.workbench.experiment.ExperimentPart;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code optirag experiment}: many trainings and evaluations, side by side. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs what a file lists: baselines, the LLM as it was published, and a grid of trainings, on"
          + " each data set and with each seed. Writes results.json (a row a method), results.md and"
          + " report.html.",
      "What is done is kept: interrupted, it goes on where it was; a longer file runs what is new.",
      ""
    },
    footer = {
      "",
      "A file, with all its fields:",
      "",
      "  name: movielens-100k",
      "  datasets: [movielens-100k]",
      "  seeds: [20250104, 1, 2]               # everything is trained once a seed",
      "  evaluate: {most: 2000}                # options of optirag evaluate",
      "  baselines: [bias, item-knn, din]      # models without an LLM",
      "  zero-shot: [none, gcn]                # retrievers for the LLM as it was published",
      "  trainings:",
      "    - method: optirag",
      "      options:                          # of optirag train; a list is an axis of a grid",
      "        time: 30m",
      "        depth-rates: [linear, uniform]",
      "      calibrate: {max-auc-drop: 0.002}  # of optirag calibrate",
      "      policies: [none, chosen]          # exit policies to measure",
      "",
      "Example: optirag experiment examples/experiments/movielens-100k.yaml"
    })
final class ExperimentCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Parameters(paramLabel = "FILE", description = "What is compared, in YAML.")
  private Path file;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Takes everything; default runs/experiments/NAME.")
  private @Nullable Path out;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description =
          "Run only the parts whose directory has this in its name, for instance baselines or"
              + " optirag-1; the report shows all that is done so far.")
  private String only = "";

  @Override
  public Integer call() {
    ExperimentFile read = ConfigFile.read(file, ExperimentFile.class);
    Path directory = out == null ? Path.of("runs", "experiments", read.name()) : out;
    Experiment experiment =
        new Experiment(read, directory, new ExperimentRunner(common.arguments()));
    List<ExperimentPart> parts = experiment.parts();
    List<ExperimentPart> wanted =
        parts.stream().filter(part -> part.name().contains(only)).toList();
    if (wanted.isEmpty()) {
      throw new UserException(
          "No part of " + file + " has \"" + only + "\" in its name.",
          "There are " + parts.stream().map(ExperimentPart::name).toList() + ".");
    }
    experiment.run(wanted, common.progress());
    print(experiment.report(), directory);
    return 0;
  }

  private void print(ExperimentReport report, Path directory) {
    if (common.json()) {
      common.printJson(report.rowsJson());
      return;
    }
    common.out().print(report.markdown());
    common.out().println();
    common.out().println("Report:  " + directory.resolve("report.html").toAbsolutePath());
    common.out().println("Results: " + directory.resolve("results.json").toAbsolutePath());
    common.out().flush();
  }
}
