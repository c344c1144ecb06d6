package org.optirag.evaluation;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.optirag.workspace.AtomicFiles;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code results.json}: an evaluation as JSON, for scripts and for the report.
 *
 * <p>Times of stages are in milliseconds, others in seconds. What has no value (the AUC where one
 * label is missing, figures of requests none of which has both, the bounds where nothing was
 * resampled) is null. Each result but the first carries its differences to the first, see {@link
 * Comparison}.
 */
public final class ResultsFile {
  /** What the file calls itself. */
  public static final String FORMAT = "optirag-results";

  /** Raised when a reader of the old form would misread the new one. */
  public static final int VERSION = 1;

  /** Bins of the histogram of probabilities. */
  static final int HISTOGRAM_BINS = 40;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ResultsFile() {}

  /**
   * Writes the file, whole or not at all.
   *
   * @throws org.optirag.workspace.UserException if the directory cannot be written
   */
  public static void write(Path target, Evaluation evaluation) {
    String text =
        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json(evaluation));
    AtomicFiles.writeString(target, text + "\n");
  }

  /** The content of the file. */
  public static ObjectNode json(Evaluation evaluation) {
    ObjectNode root = NODES.objectNode();
    root.put("format", FORMAT);
    root.put("version", VERSION);
    root.put("title", evaluation.title());
    root.put("created", evaluation.created().toString());
    ObjectNode facts = root.putObject("facts");
    evaluation.facts().forEach(facts::put);
    ArrayNode results = root.putArray("results");
    for (EvaluationResult result : evaluation.results()) {
      ObjectNode node = json(result);
      if (!results.isEmpty()) {
        node.set("againstFirst", json(result.against(evaluation.results().getFirst())));
      }
      results.add(node);
    }
    ArrayNode slices = root.putArray("slices");
    evaluation.slices().forEach(slice -> slices.add(json(slice, evaluation.results())));
    return root;
  }

  private static ObjectNode json(Slice slice, List<EvaluationResult> results) {
    ObjectNode node = NODES.objectNode();
    node.put("name", slice.name());
    node.put("impressions", slice.rows().length);
    number(node, "labelRate", results.getFirst().predictions().of(slice.rows()).labelRate());
    ArrayNode parts = node.putArray("results");
    for (SliceResult part : SliceResult.of(slice, results)) {
      ObjectNode of = parts.addObject();
      of.put("name", part.scorer());
      of.set("auc", json(part.auc()));
      of.set("requestAuc", json(part.requestAuc()));
      of.put("rankedRequests", part.ranked());
      if (part.againstFirst() != null) {
        of.set("againstFirst", json(part.againstFirst()));
      }
    }
    return node;
  }

  private static ObjectNode json(EvaluationResult result) {
    Metrics metrics = result.metrics();
    ObjectNode node = NODES.objectNode();
    node.put("name", result.name());
    node.put("impressions", metrics.impressions());
    node.put("users", metrics.users());
    node.put("rankedUsers", metrics.rankedUsers());
    number(node, "labelRate", metrics.labelRate());
    ObjectNode figures = node.putObject("metrics");
    figures.set("auc", json(metrics.auc()));
    figures.set("uauc", json(metrics.uauc()));
    figures.set("logLoss", json(metrics.logLoss()));
    figures.set("accuracy", json(metrics.accuracy()));
    figures.set("calibrationError", json(metrics.calibrationError()));
    RequestMetrics perRequest = metrics.perRequest();
    figures.set("requestAuc", json(perRequest.auc()));
    figures.set("mrr", json(perRequest.mrr()));
    figures.set("ndcg5", json(perRequest.ndcg5()));
    figures.set("ndcg10", json(perRequest.ndcg10()));
    figures.set("hitRate10", json(perRequest.hitRate10()));
    node.putObject("bootstrap").put("seed", metrics.seed()).put("resamples", metrics.resamples());
    number(node, "buildSeconds", result.buildSeconds());
    number(node, "scoreSeconds", result.scoreSeconds());
    node.put("requests", result.requests());
    node.put("rankedRequests", perRequest.ranked());
    number(node, "meanDepth", result.meanDepth());
    number(node, "requestsPerSecond", result.requestsPerSecond());
    number(node, "candidatesPerSecond", result.candidatesPerSecond());
    ArrayNode stages = node.putArray("stages");
    result.stages().forEach(stage -> stages.add(json(stage)));
    ArrayNode bins = node.putArray("reliability");
    CalibrationError.bins(result.predictions(), CalibrationError.BINS)
        .forEach(bin -> bins.add(json(bin)));
    node.set("histogram", histogram(result.predictions()));
    node.set("exits", exits(result.predictions()));
    return node;
  }

  private static ObjectNode json(Comparison comparison) {
    ObjectNode node = NODES.objectNode();
    node.set("auc", json(comparison.auc()));
    node.set("uauc", json(comparison.uauc()));
    node.set("logLoss", json(comparison.logLoss()));
    node.set("requestAuc", json(comparison.requestAuc()));
    node.set("ndcg10", json(comparison.ndcg10()));
    return node;
  }

  private static ObjectNode json(Estimate estimate) {
    ObjectNode node = NODES.objectNode();
    number(node, "value", estimate.value());
    number(node, "low", estimate.low());
    number(node, "high", estimate.high());
    return node;
  }

  private static ObjectNode json(StageTimes.StageTime stage) {
    ObjectNode node = NODES.objectNode();
    node.put("stage", stage.stage());
    node.put("count", stage.count());
    number(node, "mean", stage.mean());
    number(node, "p50", stage.p50());
    number(node, "p95", stage.p95());
    number(node, "p99", stage.p99());
    return node;
  }

  private static ObjectNode json(CalibrationError.Bin bin) {
    ObjectNode node = NODES.objectNode();
    node.put("count", bin.count());
    number(node, "meanProbability", bin.meanProbability());
    number(node, "labelRate", bin.labelRate());
    return node;
  }

  /** Counts of probabilities by label, over bins of equal width. */
  private static ObjectNode histogram(Predictions predictions) {
    int[] positive = new int[HISTOGRAM_BINS];
    int[] negative = new int[HISTOGRAM_BINS];
    for (int row = 0; row < predictions.size(); row++) {
      int bin = CalibrationError.binOf(predictions.probability(row), HISTOGRAM_BINS);
      (predictions.label(row) ? positive : negative)[bin]++;
    }
    ObjectNode node = NODES.objectNode();
    ArrayNode liked = node.putArray("positive");
    ArrayNode others = node.putArray("negative");
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
      liked.add(positive[bin]);
      others.add(negative[bin]);
    }
    return node;
  }

  /** How many candidates left after each block, 0 for the features alone; none without an LLM. */
  private static ArrayNode exits(Predictions predictions) {
    SortedMap<Integer, Integer> counts = new TreeMap<>();
    for (int row = 0; row < predictions.size(); row++) {
      if (predictions.blocks(row) != Predictions.NO_BLOCKS) {
        counts.merge(predictions.blocks(row), 1, Integer::sum);
      }
    }
    ArrayNode exits = NODES.arrayNode();
    counts.forEach((block, count) -> exits.addObject().put("block", block).put("count", count));
    return exits;
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
