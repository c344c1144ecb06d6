package org.optirag.workbench.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.optirag.evaluation.experiment.ExperimentRow;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.workbench.Evaluations;
import org.optirag.workbench.PipelineSettings;
import tools.jackson.databind.JsonNode;

/**
 * What a cell of an experiment is for: which method each of its results belongs to. Immutable;
 * reads what the cell wrote.
 *
 * @param cell runs the commands
 * @param methods of the cell's results, in order
 * @param seed of this run
 * @param trained whether it trained something, so that there is a trade-off to show
 */
public record ExperimentPart(
    ExperimentCell cell, List<Method> methods, long seed, boolean trained) {
  /**
   * What figures are averaged for, over seeds.
   *
   * @param dataset its name
   * @param name of the method
   * @param retriever its name, or a dash where there is no LLM
   * @param policy of exits, or a dash where there is no LLM
   * @param settings that the methods of a grid differ in
   */
  public record Method(
      String dataset, String name, String retriever, String policy, Map<String, String> settings) {}

  private static final String NO_LLM = "-";

  /** Copies the list. */
  public ExperimentPart {
    methods = List.copyOf(methods);
  }

  /**
   * All parts of an experiment, in the order of its tables.
   *
   * @param experiment what is compared
   * @param directory takes everything
   */
  public static List<ExperimentPart> of(ExperimentFile experiment, Path directory) {
    List<ExperimentPart> parts = new ArrayList<>();
    List<String> evaluate = ExperimentFile.arguments(experiment.evaluate());
    Map<String, Object> asking = new LinkedHashMap<>(experiment.evaluate());
    asking.putIfAbsent("most", "all"); // however long the LLM takes
    List<String> published = ExperimentFile.arguments(asking);
    asking.keySet().removeAll(PipelineSettings.OF_BUNDLE);
    List<String> bundles = ExperimentFile.arguments(asking);
    for (String dataset : experiment.datasets()) {
      Path home = directory.resolve(Path.of(dataset).getFileName());
      if (!experiment.baselines().isEmpty()) {
        for (long seed : experiment.seeds()) {
          parts.add(baselines(experiment, dataset, home, evaluate, seed));
        }
      }
      if (!experiment.zeroShot().isEmpty()) {
        parts.add(zeroShot(experiment, dataset, home, published));
      }
      for (ExperimentFile.Training training : experiment.trainings()) {
        for (Map<String, String> options : training.grid()) {
          for (long seed : training.seeds().isEmpty() ? experiment.seeds() : training.seeds()) {
            parts.add(training(training, options, dataset, home, bundles, seed));
          }
        }
      }
    }
    return List.copyOf(parts);
  }

  private static ExperimentPart baselines(
      ExperimentFile experiment, String dataset, Path home, List<String> evaluate, long seed) {
    Path directory = home.resolve("baselines-" + seed);
    List<String> command = new ArrayList<>(List.of("evaluate", dataset, "--retriever="));
    command.addAll(List.of("--baseline", String.join(",", experiment.baselines())));
    command.addAll(evaluate);
    command.addAll(List.of("--seed", Long.toString(seed), "--out", directory.toString()));
    return new ExperimentPart(
        new ExperimentCell(directory, List.of(command)),
        experiment.baselines().stream()
            .map(name -> new Method(dataset, name, NO_LLM, NO_LLM, Map.of()))
            .toList(),
        seed,
        false);
  }

  /** Nothing is drawn in it but the sample, so that one seed is enough. */
  private static ExperimentPart zeroShot(
      ExperimentFile experiment, String dataset, Path home, List<String> evaluate) {
    long seed = experiment.seeds().getFirst();
    Path directory = home.resolve("zero-shot");
    List<String> command = new ArrayList<>(List.of("evaluate", dataset, "--baseline="));
    command.addAll(List.of("--retriever", String.join(",", experiment.zeroShot())));
    command.addAll(evaluate);
    command.addAll(List.of("--seed", Long.toString(seed), "--out", directory.toString()));
    return new ExperimentPart(
        new ExperimentCell(directory, List.of(command)),
        experiment.zeroShot().stream()
            .map(name -> new Method(dataset, "zero-shot", name, "none", Map.of()))
            .toList(),
        seed,
        false);
  }

  private static ExperimentPart training(
      ExperimentFile.Training training,
      Map<String, String> options,
      String dataset,
      Path home,
      List<String> evaluate,
      long seed) {
    Map<String, String> settings = new LinkedHashMap<>(options);
    settings.keySet().retainAll(training.axes());
    settings.remove("retriever"); // it has a column
    Path directory = home.resolve(slug(training, options, seed));
    Path bundle = directory.resolve("bundle");
    List<String> train = new ArrayList<>(List.of("train", dataset));
    train.addAll(ExperimentFile.arguments(options));
    train.addAll(List.of("--seed", Long.toString(seed), "--out", bundle.toString()));
    train.addAll(List.of("--work", directory.resolve("work").toString()));
    List<List<String>> commands = new ArrayList<>(List.of(train));
    if (!training.calibrate().isEmpty()) { // else it is as training left it
      List<String> calibrate = new ArrayList<>(List.of("calibrate", bundle.toString()));
      calibrate.addAll(ExperimentFile.arguments(training.calibrate()));
      calibrate.addAll(List.of("--out", directory.toString()));
      commands.add(calibrate);
    }
    List<String> measure = new ArrayList<>(List.of("evaluate", "--bundle", bundle.toString()));
    measure.addAll(List.of("--baseline=", "--policy", String.join(";", training.policies())));
    measure.addAll(evaluate);
    measure.addAll(List.of("--out", directory.toString()));
    commands.add(measure);
    String retriever = options.getOrDefault("retriever", "gcn");
    return new ExperimentPart(
        new ExperimentCell(directory, commands),
        training.policies().stream()
            .map(policy -> new Method(dataset, training.method(), retriever, policy, settings))
            .toList(),
        seed,
        training.policies().contains("none"));
  }

  /** A directory's name that tells what is in it. */
  private static String slug(
      ExperimentFile.Training training, Map<String, String> options, long seed) {
    Map<String, String> settings = new LinkedHashMap<>(options);
    settings.keySet().retainAll(training.axes());
    StringBuilder slug = new StringBuilder(training.method());
    settings.forEach((name, value) -> slug.append('-').append(name).append('-').append(value));
    return slug.append('-').append(seed).toString().replaceAll("[^A-Za-z0-9.-]+", "_");
  }

  /**
   * The cell's results, each with the method that it belongs to.
   *
   * @throws org.optirag.workspace.UserException if they cannot be read
   */
  public Map<Method, ExperimentRow> rows() {
    List<JsonNode> results = cell.results();
    List<Integer> heads = trained ? heads() : List.of();
    Map<Method, ExperimentRow> rows = new LinkedHashMap<>();
    for (int i = 0; i < methods.size(); i++) {
      Method method = methods.get(i);
      JsonNode result = results.get(i);
      String name = result.path("name").asString("");
      String policy =
          name.startsWith(Evaluations.TRAINED)
              ? name.substring(Evaluations.TRAINED.length())
              : method.policy;
      rows.put(
          method,
          ExperimentRow.of(
              new ExperimentRow.Subject(
                  method.dataset,
                  method.name,
                  method.retriever,
                  heads,
                  policy,
                  method.settings,
                  seed,
                  cell.text(" && ")),
              result));
    }
    return rows;
  }

  /** The data set and what is done on it, for instance "movielens-100k/optirag-1". */
  public String name() {
    Path directory = cell.directory();
    Path dataset = directory.getName(directory.getNameCount() - 2);
    return dataset + "/" + directory.getFileName();
  }

  private List<Integer> heads() {
    List<Integer> blocks = new ArrayList<>();
    cell.json(TradeOffReport.DATA).path("blocks").forEach(block -> blocks.add(block.asInt()));
    return blocks;
  }

  /** What its trade-off is called, if there is one. */
  public Optional<String> tradeOff() {
    return trained ? Optional.of(name()) : Optional.empty();
  }
}
