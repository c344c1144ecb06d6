package org.optirag.evaluation.experiment;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.optirag.evaluation.Digits;
import org.optirag.evaluation.Estimate;
import org.optirag.evaluation.ReportTemplate;
import org.optirag.workspace.AtomicFiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An experiment's rows and trade-offs: {@code results.json}, {@code results.md} and {@code
 * report.html}, a page that opens without a network.
 *
 * @param title the experiment's name
 * @param created when it ended
 * @param facts what a reader needs to repeat it, in order
 * @param rows one for each method, averaged over seeds
 * @param tradeOffs data of {@link org.optirag.evaluation.tradeoff.TradeOffReport} by the name of
 *     what was trained
 */
public record ExperimentReport(
    String title,
    Instant created,
    Map<String, String> facts,
    List<ExperimentRow> rows,
    Map<String, JsonNode> tradeOffs) {
  /** What the page's data call themselves. */
  public static final String FORMAT = "optirag-experiment";

  /** Raised when a reader of the old form would misread the new one. */
  public static final int VERSION = 1;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Copies, keeping the order. */
  public ExperimentReport {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    rows = List.copyOf(rows);
    tradeOffs = Collections.unmodifiableMap(new LinkedHashMap<>(tradeOffs));
  }

  /**
   * Writes the three files into a directory, each whole or not at all.
   *
   * @throws org.optirag.workspace.UserException if it cannot be written
   */
  public void write(Path directory) {
    AtomicFiles.writeString(directory.resolve("results.json"), rowsJson().toPrettyString() + "\n");
    AtomicFiles.writeString(directory.resolve("results.md"), markdown());
    AtomicFiles.writeString(directory.resolve("report.html"), html());
  }

  String html() {
    ObjectNode root = NODES.objectNode();
    root.put("format", FORMAT);
    root.put("version", VERSION);
    root.put("title", title);
    root.put("created", created.toString());
    ObjectNode said = root.putObject("facts");
    facts.forEach(said::put);
    root.set("rows", rowsJson());
    ArrayNode trained = root.putArray("tradeOffs");
    tradeOffs.forEach((name, data) -> {
      ObjectNode node = trained.addObject();
      node.put("name", name);
      node.set("data", data);
    });
    return ReportTemplate.named("experiment.html").page(root);
  }

  /** An array, a row an object. */
  public ArrayNode rowsJson() {
    ArrayNode array = NODES.arrayNode();
    for (ExperimentRow row : rows) {
      ObjectNode node = array.addObject();
      node.put("dataset", row.dataset());
      node.put("method", row.method());
      node.put("retriever", row.retriever());
      ArrayNode heads = node.putArray("heads");
      row.heads().forEach(heads::add);
      node.put("policy", row.policy());
      ObjectNode settings = node.putObject("settings");
      row.settings().forEach(settings::put);
      ArrayNode seeds = node.putArray("seeds");
      row.seeds().forEach(seeds::add);
      figure(node, "auc", row.auc());
      figure(node, "uauc", row.uauc());
      figure(node, "logLoss", row.logLoss());
      figure(node, "accuracy", row.accuracy());
      figure(node, "calibrationError", row.calibrationError());
      figure(node, "requestAuc", row.perRequest().auc());
      figure(node, "mrr", row.perRequest().mrr());
      figure(node, "ndcg5", row.perRequest().ndcg5());
      figure(node, "ndcg10", row.perRequest().ndcg10());
      figure(node, "hitRate10", row.perRequest().hitRate10());
      number(node, "meanDepth", row.meanDepth());
      number(node, "requestsPerSecond", row.requestsPerSecond());
      number(node, "retrievalMillis", row.retrievalMillis());
      node.put("command", row.command());
    }
    return array;
  }

  private static void figure(ObjectNode node, String name, Estimate estimate) {
    number(node, name, estimate.value());
    ArrayNode interval = node.putArray(name + "Interval");
    if (Double.isFinite(estimate.low()) && Double.isFinite(estimate.high())) {
      interval.add(estimate.low()).add(estimate.high());
    }
  }

  private static void number(ObjectNode node, String name, double value) {
    node.put(name, Double.isFinite(value) ? Double.valueOf(value) : null);
  }

  /** A table in GitHub's Markdown for each data set. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    for (String dataset : rows.stream().map(ExperimentRow::dataset).distinct().toList()) {
      List<ExperimentRow> of = rows.stream().filter(row -> row.dataset().equals(dataset)).toList();
      boolean ranked = of.stream().anyMatch(row -> row.perRequest().ranked() > 0);
      text.append(text.isEmpty() ? "" : "\n").append(dataset).append("\n\n");
      text.append("| method | retriever | policy | depth | AUC [95 %] | UAUC [95 %] |")
          .append(ranked ? " request AUC [95 %] |" : "")
          .append(" LogLoss | accuracy | requests/s |\n")
          .append("| --- | --- | --- | ---: | ---: | ---: |")
          .append(ranked ? " ---: |" : "")
          .append(" ---: | ---: | ---: |\n");
      of.forEach(row -> text.append(line(row, ranked)));
      if (ranked) {
        text.append(
            "\nRequest AUC: means over the %s requests that have both labels.\n"
                .formatted(
                    of.stream()
                        .map(row -> Integer.toString(row.perRequest().ranked()))
                        .distinct()
                        .collect(Collectors.joining(" or "))));
      }
    }
    return text.toString();
  }

  private static String line(ExperimentRow row, boolean ranked) {
    return "| %s | %s | %s | %s | %s | %s |%s %s | %s | %s |%n"
        .formatted(
            cell(name(row)),
            cell(row.retriever()),
            cell(row.policy()),
            digits("%.2f", row.meanDepth()),
            interval(row.auc()),
            interval(row.uauc()),
            ranked ? " " + interval(row.perRequest().auc()) + " |" : "",
            digits("%.4f", row.logLoss().value()),
            digits("%.4f", row.accuracy().value()),
            digits(row.requestsPerSecond() < 100 ? "%.1f" : "%.0f", row.requestsPerSecond()));
  }

  /** A method with the settings that distinguish it. */
  private static String name(ExperimentRow row) {
    return row.settings().isEmpty()
        ? row.method()
        : row.method()
            + " ("
            + String.join(
                ", ",
                row.settings().entrySet().stream()
                    .map(entry -> entry.getKey() + " " + entry.getValue())
                    .toList())
            + ")";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String interval(Estimate estimate) {
    return Double.isFinite(estimate.low())
        ? Digits.of("%.4f [%.3f, %.3f]", estimate.value(), estimate.low(), estimate.high())
        : digits("%.4f", estimate.value());
  }

  private static String digits(String format, double value) {
    return Double.isFinite(value) ? Digits.of(format, value) : "-";
  }
}
