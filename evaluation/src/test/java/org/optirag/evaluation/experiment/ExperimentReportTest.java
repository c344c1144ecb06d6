package org.optirag.evaluation.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.evaluation.Browser;
import org.optirag.evaluation.Estimate;
import org.optirag.evaluation.RequestMetrics;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExperimentReportTest {
  private static final String HOSTILE = "<img src=x onerror=document.title='owned'></script>";
  private static final JsonNode TRADE_OFF =
      JsonMapper.shared()
          .readTree(
              """
              {"chosen": "fixed:1", "depth": 30, "blocks": [10, 30], "headAucs": [0.7, 0.72],
               "testHeadAucs": [0.69, 0.71],
               "points": [
                 {"policy": "none", "series": "none", "meanDepth": 1, "requestCost": 1,
                  "promptCost": 1, "auc": 0.72, "uauc": null, "logLoss": 0.6, "accuracy": 0.7,
                  "exits": [0, 4],
                  "test": {"policy": "none", "series": "none", "meanDepth": 1, "requestCost": 1,
                           "promptCost": 1, "auc": 0.71, "uauc": null, "logLoss": 0.6,
                           "accuracy": 0.7, "exits": [0, 4]}},
                 {"policy": "fixed:1", "series": "fixed", "meanDepth": 0.33, "requestCost": 0.33,
                  "promptCost": 0.33, "auc": 0.7, "uauc": null, "logLoss": 0.6, "accuracy": 0.7,
                  "exits": [4, 0],
                  "test": {"policy": "fixed:1", "series": "fixed", "meanDepth": 0.33,
                           "requestCost": 0.33, "promptCost": 0.33, "auc": 0.69, "uauc": null,
                           "logLoss": 0.6, "accuracy": 0.7, "exits": [4, 0]}}]}
              """);

  @TempDir Path directory;

  private static ExperimentRow row(String method, String policy, long seed, double auc) {
    Estimate estimate = new Estimate(auc, auc - 0.02, auc + 0.01);
    boolean llm = !policy.equals("-");
    return new ExperimentRow(
        "shop",
        method,
        llm ? "gcn" : "-",
        llm ? List.of(10, 30) : List.of(),
        policy,
        Map.of(),
        List.of(seed),
        estimate,
        estimate,
        estimate,
        estimate,
        estimate,
        new RequestMetrics(estimate, estimate, estimate, estimate, estimate, 9, llm ? 8 : 0),
        llm ? 0.5 : Double.NaN,
        10 * seed,
        llm ? 1.5 : Double.NaN,
        "optirag evaluate shop");
  }

  private static ExperimentReport report(String method) {
    return new ExperimentReport(
        "pots " + method,
        Instant.EPOCH,
        Map.of("seeds", "1"),
        List.of(
            row("bias", "-", 1, 0.7),
            row(method, "none", 1, 0.75),
            row(method, "fixed:1", 1, 0.74)),
        Map.of(method, TRADE_OFF));
  }

  @Test
  void rowsOfSeedsAreAveraged() {
    ExperimentRow mean =
        ExperimentRow.mean(
            List.of(
                row("optirag", "ratio-trend:1,2", 1, 0.7),
                row("optirag", "ratio-trend:2,2", 2, 0.8)));
    assertThat(mean.seeds()).containsExactly(1L, 2L);
    assertThat(mean.auc().value()).isCloseTo(0.75, within(1e-12));
    assertThat(mean.auc().low()).isCloseTo(0.73, within(1e-12));
    assertThat(mean.auc().high()).isCloseTo(0.76, within(1e-12));
    assertThat(mean.requestsPerSecond()).isEqualTo(15);
    assertThat(mean.policy()).isEqualTo("ratio-trend:1,2 | ratio-trend:2,2");
  }

  @Test
  void aResultOfAnEvaluationBecomesARow() {
    JsonNode result =
        JsonMapper.shared()
            .readTree(
                """
                {"name": "gcn", "meanDepth": 0.4, "requestsPerSecond": 12.5,
                 "metrics": {"auc": {"value": 0.7, "low": 0.6, "high": 0.8},
                             "uauc": {"value": null, "low": null, "high": null},
                             "mrr": {"value": 0.3, "low": 0.2, "high": 0.4}},
                 "requests": 50, "rankedRequests": 40,
                 "stages": [{"stage": "request", "mean": 9}, {"stage": "retrieve", "mean": 0.25}]}
                """);
    ExperimentRow row =
        ExperimentRow.of(
            new ExperimentRow.Subject(
                "shop", "optirag", "gcn", List.of(30), "none", Map.of(), 7, "optirag evaluate"),
            result);
    assertThat(row.auc()).isEqualTo(new Estimate(0.7, 0.6, 0.8));
    assertThat(row.uauc().value()).isNaN();
    assertThat(row.perRequest().mrr()).isEqualTo(new Estimate(0.3, 0.2, 0.4));
    assertThat(row.perRequest().auc().value()).as("of an older file").isNaN();
    assertThat(row.perRequest().ranked()).isEqualTo(40);
    assertThat(row.meanDepth()).isEqualTo(0.4);
    assertThat(row.retrievalMillis()).isEqualTo(0.25);
    assertThat(row.seeds()).containsExactly(7L);
  }

  @Test
  void theRowsAreAnArrayWithNullsForWhatHasNoValue() throws Exception {
    report("optirag").write(directory);
    JsonNode rows =
        JsonMapper.shared().readTree(Files.readAllBytes(directory.resolve("results.json")));
    assertThat(rows.isArray()).isTrue();
    assertThat(rows).hasSize(3);
    assertThat(rows.at("/0/meanDepth").isNull()).isTrue();
    assertThat(rows.at("/1/aucInterval/0").asDouble()).isCloseTo(0.73, within(1e-12));
    assertThat(rows.at("/1/heads/1").asInt()).isEqualTo(30);
    assertThat(Files.readString(directory.resolve("results.md")))
        .contains("| optirag | gcn | none | 0.50 | 0.7500 [0.730, 0.760] |")
        .contains("| UAUC [95 %] | request AUC [95 %] | LogLoss |")
        .contains("| bias | - | - | - | 0.7000");
  }

  @Test
  void thePageDrawsTablesAndCharts() throws Exception {
    report("optirag").write(directory);
    String dom = Browser.dom(directory.resolve("report.html"), directory);
    assertThat(dom).contains("<title>pots optirag · OptiRAG experiment</title>");
    assertThat(dom.split("<svg", -1)).hasSize(6);
    assertThat(dom).contains("0.7500").contains("Pareto front").contains("fixed:1");
  }

  @Test
  void hostileNamesStayText() throws Exception {
    report(HOSTILE).write(directory);
    String dom = Browser.dom(directory.resolve("report.html"), directory);
    assertThat(dom).doesNotContain("<title>owned").doesNotContain("<img");
    assertThat(dom.split("<svg", -1)).hasSize(6);
  }

  @Test
  void withoutTrainingsThePageShowsTheRestAlone() throws Exception {
    new ExperimentReport(
            "bare", Instant.EPOCH, Map.of(), List.of(row("bias", "-", 1, 0.7)), Map.of())
        .write(directory);
    String dom = Browser.dom(directory.resolve("report.html"), directory);
    assertThat(dom.split("<svg", -1)).hasSize(3);
  }
}
