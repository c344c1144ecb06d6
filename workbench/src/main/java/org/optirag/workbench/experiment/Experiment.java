package org.optirag.workbench.experiment;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.optirag.evaluation.experiment.ExperimentReport;
import org.optirag.evaluation.experiment.ExperimentRow;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.workspace.Progress;
import tools.jackson.databind.JsonNode;

/**
 * Many trainings and evaluations, side by side. What is done is kept: interrupted, an experiment
 * goes on where it was, and a longer file runs what is new.
 *
 * <p>Immutable; one run of a directory at a time.
 */
public final class Experiment {
  private final ExperimentFile file;
  private final Path directory;
  private final CommandRunner commands;
  private final List<ExperimentPart> parts;

  /**
   * Lays an experiment out; nothing is run yet.
   *
   * @param file what is compared
   * @param directory takes everything
   * @param commands runs the parts
   * @throws org.optirag.workspace.UserException if a command has an option that there is not
   */
  public Experiment(ExperimentFile file, Path directory, CommandRunner commands) {
    this.file = file;
    this.directory = directory;
    this.commands = commands;
    this.parts = ExperimentPart.of(file, directory);
    parts.forEach(part -> part.cell().check(commands));
  }

  /** All parts, in the order of the tables. */
  public List<ExperimentPart> parts() {
    return parts;
  }

  /**
   * Runs those parts that are not done yet.
   *
   * @param wanted some of {@link #parts}
   * @param progress hears how far it is
   * @throws org.optirag.workspace.UserException if a command ends with an error that can be mended
   * @throws IllegalStateException if one ends with an error of ours
   */
  public void run(List<ExperimentPart> wanted, Progress progress) {
    try (Progress.Task task = progress.begin("experiment " + file.name(), wanted.size(), "part")) {
      for (ExperimentPart part : wanted) {
        if (!part.cell().done()) {
          task.note(part.name());
          part.cell().run(commands);
        }
        task.advance(1);
      }
    }
  }

  /**
   * Writes what is done so far as results.json, results.md and report.html.
   *
   * @return what was written
   * @throws org.optirag.workspace.UserException if results cannot be read, or the report not
   *     written
   */
  public ExperimentReport report() {
    Map<ExperimentPart.Method, List<ExperimentRow>> rows = new LinkedHashMap<>();
    Map<String, JsonNode> tradeOffs = new LinkedHashMap<>();
    for (ExperimentPart part : parts.stream().filter(part -> part.cell().done()).toList()) {
      part.rows()
          .forEach((method, row) -> rows.computeIfAbsent(method, m -> new ArrayList<>()).add(row));
      part.tradeOff().ifPresent(name -> tradeOffs.put(name, part.cell().json(TradeOffReport.DATA)));
    }
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data sets", String.join(", ", file.datasets()));
    facts.put(
        "seeds asked for",
        file.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    facts.put("evaluated with", String.join(" ", ExperimentFile.arguments(file.evaluate())));
    ExperimentReport report =
        new ExperimentReport(
            file.name(),
            Instant.now(),
            facts,
            rows.values().stream().map(ExperimentRow::mean).toList(),
            tradeOffs);
    report.write(directory);
    return report;
  }
}
