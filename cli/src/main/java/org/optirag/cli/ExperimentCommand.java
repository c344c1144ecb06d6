package org.optirag.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.experiment.ExperimentReport;
import org.optirag.evaluation.experiment.ExperimentRow;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

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
    ExperimentFile experiment = ConfigFile.read(file, ExperimentFile.class);
    Path directory = out == null ? Path.of("runs", "experiments", experiment.name()) : out;
    List<ExperimentPart> parts = ExperimentPart.of(experiment, directory);
    parts.forEach(part -> part.cell().check());
    List<ExperimentPart> wanted =
        parts.stream().filter(part -> part.name().contains(only)).toList();
    if (wanted.isEmpty()) {
      throw new UserException(
          "No part of " + file + " has \"" + only + "\" in its name.",
          "There are " + parts.stream().map(ExperimentPart::name).toList() + ".");
    }
    run(wanted, "experiment " + experiment.name());
    List<ExperimentPart> done = parts.stream().filter(part -> part.cell().done()).toList();
    ExperimentReport report = report(experiment, done);
    report.write(directory);
    if (common.json()) {
      common.printJson(report.rowsJson());
    } else {
      common.out().print(report.markdown());
      common.out().println();
      common.out().println("Report:  " + directory.resolve("report.html").toAbsolutePath());
      common.out().println("Results: " + directory.resolve("results.json").toAbsolutePath());
      common.out().flush();
    }
    return 0;
  }

  private void run(List<ExperimentPart> parts, String title) {
    try (Progress.Task task = common.progress().begin(title, parts.size(), "part")) {
      for (ExperimentPart part : parts) {
        if (!part.cell().done()) {
          task.note(part.name());
          part.cell().run(common.arguments());
        }
        task.advance(1);
      }
    }
  }

  private static ExperimentReport report(ExperimentFile experiment, List<ExperimentPart> parts) {
    Map<ExperimentPart.Method, List<ExperimentRow>> rows = new LinkedHashMap<>();
    Map<String, JsonNode> tradeOffs = new LinkedHashMap<>();
    for (ExperimentPart part : parts) {
      part.rows()
          .forEach((method, row) -> rows.computeIfAbsent(method, m -> new ArrayList<>()).add(row));
      part.tradeOff().ifPresent(name -> tradeOffs.put(name, part.cell().json(TradeOffReport.DATA)));
    }
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data sets", String.join(", ", experiment.datasets()));
    facts.put(
        "seeds asked for",
        experiment.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    facts.put("evaluated with", String.join(" ", ExperimentFile.arguments(experiment.evaluate())));
    return new ExperimentReport(
        experiment.name(),
        Instant.now(),
        facts,
        rows.values().stream().map(ExperimentRow::mean).toList(),
        tradeOffs);
  }
}
