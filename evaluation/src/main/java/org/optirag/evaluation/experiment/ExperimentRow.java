package org.optirag.evaluation.experiment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.optirag.evaluation.Estimate;
import org.optirag.evaluation.RequestMetrics;
import tools.jackson.databind.JsonNode;

/**
 * What one method reached on a data set's test part.
 *
 * @param dataset the data set's name
 * @param method for instance "din", "zero-shot" or "optirag"
 * @param retriever what its prompts were written with; "-" without an LLM
 * @param heads blocks that exit heads stand after; empty without
 * @param policy the exit policy's text; "none" at full depth, "-" without an LLM
 * @param settings what else distinguishes it, by option
 * @param seeds that its figures are means over
 * @param auc with the mean of the seeds' bootstrap bounds
 * @param uauc the same
 * @param logLoss the same
 * @param accuracy the same
 * @param calibrationError the same
 * @param perRequest the same
 * @param meanDepth share of the blocks that candidates went through; NaN without an LLM
 * @param requestsPerSecond by all workers together
 * @param retrievalMillis mean time to retrieve for a request; NaN without
 * @param command what made it
 */
public record ExperimentRow(
    String dataset,
    String method,
    String retriever,
    List<Integer> heads,
    String policy,
    Map<String, String> settings,
    List<Long> seeds,
    Estimate auc,
    Estimate uauc,
    Estimate logLoss,
    Estimate accuracy,
    Estimate calibrationError,
    RequestMetrics perRequest,
    double meanDepth,
    double requestsPerSecond,
    double retrievalMillis,
    String command) {
  /** Copies, keeping the order. */
  public ExperimentRow {
    heads = List.copyOf(heads);
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    seeds = List.copyOf(seeds);
  }

  /**
   * Who reached it.
   *
   * @param dataset see {@link ExperimentRow}
   * @param method see {@link ExperimentRow}
   * @param retriever see {@link ExperimentRow}
   * @param heads see {@link ExperimentRow}
   * @param policy see {@link ExperimentRow}
   * @param settings see {@link ExperimentRow}
   * @param seed of this run
   * @param command see {@link ExperimentRow}
   */
  public record Subject(
      String dataset,
      String method,
      String retriever,
      List<Integer> heads,
      String policy,
      Map<String, String> settings,
      long seed,
      String command) {}

  /** A result of {@code results.json} as a row. */
  public static ExperimentRow of(Subject subject, JsonNode result) {
    JsonNode metrics = result.path("metrics");
    double retrieval = Double.NaN;
    for (JsonNode stage : result.path("stages")) {
      if (stage.path("stage").asString("").equals("retrieve")) {
        retrieval = stage.path("mean").asDouble(Double.NaN);
      }
    }
    return new ExperimentRow(
        subject.dataset,
        subject.method,
        subject.retriever,
        subject.heads,
        subject.policy,
        subject.settings,
        List.of(subject.seed),
        estimate(metrics.path("auc")),
        estimate(metrics.path("uauc")),
        estimate(metrics.path("logLoss")),
        estimate(metrics.path("accuracy")),
        estimate(metrics.path("calibrationError")),
        new RequestMetrics(
            estimate(metrics.path("requestAuc")),
            estimate(metrics.path("mrr")),
            estimate(metrics.path("ndcg5")),
            estimate(metrics.path("ndcg10")),
            estimate(metrics.path("hitRate10")),
            result.path("requests").asInt(0),
            result.path("rankedRequests").asInt(0)),
        result.path("meanDepth").asDouble(Double.NaN),
        result.path("requestsPerSecond").asDouble(Double.NaN),
        retrieval,
        subject.command);
  }

  private static Estimate estimate(JsonNode node) {
    return new Estimate(
        node.path("value").asDouble(Double.NaN),
        node.path("low").asDouble(Double.NaN),
        node.path("high").asDouble(Double.NaN));
  }

  /**
   * The mean of the same method's rows, one a seed. Policies chosen on validation may differ from
   * seed to seed; all are named.
   *
   * @param rows at least one
   */
  public static ExperimentRow mean(List<ExperimentRow> rows) {
    ExperimentRow first = rows.getFirst();
    return new ExperimentRow(
        first.dataset,
        first.method,
        first.retriever,
        first.heads,
        String.join(" | ", rows.stream().map(ExperimentRow::policy).distinct().toList()),
        first.settings,
        rows.stream().flatMap(row -> row.seeds.stream()).toList(),
        estimate(rows, ExperimentRow::auc),
        estimate(rows, ExperimentRow::uauc),
        estimate(rows, ExperimentRow::logLoss),
        estimate(rows, ExperimentRow::accuracy),
        estimate(rows, ExperimentRow::calibrationError),
        new RequestMetrics(
            estimate(rows, row -> row.perRequest.auc()),
            estimate(rows, row -> row.perRequest.mrr()),
            estimate(rows, row -> row.perRequest.ndcg5()),
            estimate(rows, row -> row.perRequest.ndcg10()),
            estimate(rows, row -> row.perRequest.hitRate10()),
            first.perRequest.requests(),
            first.perRequest.ranked()),
        mean(rows, ExperimentRow::meanDepth),
        mean(rows, ExperimentRow::requestsPerSecond),
        mean(rows, ExperimentRow::retrievalMillis),
        first.command);
  }

  private static Estimate estimate(
      List<ExperimentRow> rows, Function<ExperimentRow, Estimate> figure) {
    return new Estimate(
        mean(rows, row -> figure.apply(row).value()),
        mean(rows, row -> figure.apply(row).low()),
        mean(rows, row -> figure.apply(row).high()));
  }

  private static double mean(List<ExperimentRow> rows, ToDoubleFunction<ExperimentRow> figure) {
    return rows.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }
}
