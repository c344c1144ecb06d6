package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.StageTimes.StageTime;

final class ResultsTableTest {
  private static final EvaluationResult GCN = result("gcn", new Estimate(0.71234, 0.7, 0.7251), 0);
  private static final EvaluationResult NONE = result("no|ne", Estimate.exactly(Double.NaN), 0);

  @Test
  void columnsAreAligned() {
    assertThat(ResultsTable.text(List.of(GCN, NONE)))
        .isEqualTo(
            """
            scorer             AUC [95 %]  UAUC [95 %]  LogLoss  accuracy     ECE  depth  req/s  cand/s  p50 ms  p95 ms  p99 ms  build s
            gcn     0.7123 [0.700, 0.725]       0.6500   0.6123    0.6000  0.0500  0.500   2.50   12.50   0.400   700.0   900.0      3.3
            no|ne                       -       0.6500   0.6123    0.6000  0.0500  0.500   2.50   12.50   0.400   700.0   900.0      3.3
            """);
  }

  @Test
  void markdownKeepsNamesInTheirCells() {
    List<String> lines = ResultsTable.markdown(List.of(GCN, NONE)).lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1)).startsWith("| --- | ---: | ---:");
    assertThat(lines.get(2)).startsWith("| gcn | 0.7123 [0.700, 0.725] | 0.6500 | 0.6123 |");
    assertThat(lines.get(3)).startsWith("| no\\|ne | - |");
  }

  @Test
  void requestsWithBothLabelsHaveAColumn() {
    EvaluationResult ranked = result("gcn", Estimate.exactly(0.7), 2);
    assertThat(ResultsTable.text(List.of(NONE, ranked)))
        .isEqualTo(
            """
            scorer  AUC [95 %]  UAUC [95 %]  request AUC  n  LogLoss  accuracy     ECE  depth  req/s  cand/s  p50 ms  p95 ms  p99 ms  build s
            no|ne            -       0.6500            -  0   0.6123    0.6000  0.0500  0.500   2.50   12.50   0.400   700.0   900.0      3.3
            gcn         0.7000       0.6500       0.5821  2   0.6123    0.6000  0.0500  0.500   2.50   12.50   0.400   700.0   900.0      3.3
            """);
    assertThat(ResultsTable.differences(List.of(ranked, ranked))).contains("request AUC [95 %]");
    assertThat(ResultsTable.differences(List.of(NONE, NONE))).doesNotContain("request AUC");
  }

  @Test
  void howManyRequestsStandBehindAFigureWithinRequestsIsTold() {
    EvaluationResult ranked = result("gcn", Estimate.exactly(0.7), 2);
    assertThat(ResultsTable.note(List.of(NONE, ranked)))
        .hasValue("Request AUC is a mean over the n = 2 of 1 requests that have both labels.");
    assertThat(ResultsTable.note(List.of(NONE))).isEmpty();
    Evaluation sample = ReportTest.sample("x");
    int[] every = IntStream.range(0, 900).filter(row -> row % 3 == 0).toArray();
    Evaluation sliced =
        new Evaluation(
            "x",
            sample.created(),
            sample.facts(),
            sample.results(),
            List.of(new Slice("a third", every)));
    int ranks =
        Metrics.of(sample.results().getFirst().predictions().of(every), 7, 1).perRequest().ranked();
    assertThat(ResultsTable.slices(sliced).lines().toList().get(1))
        .as("the slice's own n")
        .containsPattern("] +" + ranks + " *$");
  }

  @Test
  void differencesAreToTheFirstAndCarryTheirSign() {
    List<String> lines =
        ResultsTable.differences(ReportTest.sample("x").results()).lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst())
        .startsWith("against none  ")
        .endsWith("LogLoss [95 %]        request AUC [95 %]");
    assertThat(lines.get(2)).matches("gcn +\\+0\\.\\d{4} \\[\\+0.*-0\\.\\d{3}] +\\+0.*]");
  }

  private static EvaluationResult result(String name, Estimate auc, int ranked) {
    Metrics metrics =
        new Metrics(
            auc,
            Estimate.exactly(0.65),
            Estimate.exactly(0.6123),
            Estimate.exactly(0.6),
            Estimate.exactly(0.05),
            new RequestMetrics(
                Estimate.exactly(ranked == 0 ? Double.NaN : 0.58214),
                Estimate.exactly(0.3),
                Estimate.exactly(0.3),
                Estimate.exactly(0.4),
                Estimate.exactly(0.5),
                2,
                ranked),
            5,
            2,
            1,
            0.5,
            1,
            0);
    Predictions predictions = new Predictions(new double[5], new boolean[5], new int[5]);
    return new EvaluationResult(
        name,
        metrics,
        3.3,
        0.4,
        1,
        0.5,
        List.of(new StageTime("request", 1, 400, 0.4, 700, 900)),
        predictions);
  }
}
