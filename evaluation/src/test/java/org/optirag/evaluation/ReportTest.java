package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class ReportTest {
  private static final String HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 /*data*/";

  private static final long SEED = 5;

  @TempDir Path directory;

  @Test
  void thePageCarriesTheResultsAsData() throws IOException {
    Path page = directory.resolve("report.html");
    Report.write(page, sample("movielens-100k, test"));
    JsonNode data = data(Files.readString(page));
    assertThat(data.get("title").asString()).isEqualTo("movielens-100k, test");
    assertThat(data.get("results")).hasSize(4);
    assertThat(data.at("/results/1/name").asString()).isEqualTo("recent");
    assertThat(data.at("/results/1/histogram/positive")).hasSize(40);
  }

  @Test
  void noTextLeavesItsPlace() {
    String page = Report.html(sample(HOSTILE));
    assertThat(page).doesNotContain(HOSTILE).doesNotContain("<script>alert");
    assertThat(page.split("<script", -1)).hasSize(4);
    assertThat(data(page).get("title").asString()).isEqualTo(HOSTILE);
  }

  @Test
  void thePageNeedsNoNetwork() {
    String page = Report.html(sample("offline"));
    assertThat(page.length()).isLessThan(1_000_000);
    assertThat(page).contains("default-src 'none'").contains("\"5.");
    // The charts' script aside, which names addresses only to draw SVG.
    int from = page.indexOf("<script>") + 1;
    String own = page.substring(0, from) + page.substring(page.indexOf("</script>", from));
    assertThat(own).doesNotContain("src=").doesNotContain("<link").doesNotContain("http:/");
  }

  @Test
  void theSizeDoesNotGrowWithTheImpressions() {
    Evaluation few = new Evaluation("few", Instant.EPOCH, Map.of(), List.of(result("a", 100, 1)));
    Evaluation many =
        new Evaluation("many", Instant.EPOCH, Map.of(), List.of(result("a", 9000, 1)));
    assertThat(Report.html(many)).hasSizeLessThan(Report.html(few).length() + 1000);
  }

  @Test
  void resultsSayTheirFormatAndVersion() throws IOException {
    Path file = directory.resolve("results.json");
    ResultsFile.write(file, sample("x"));
    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    assertThat(json.get("format").asString()).isEqualTo("optirag-results");
    assertThat(json.get("version").asInt()).isEqualTo(1);
    assertThat(json.get("facts").propertyNames())
        .containsExactly("data", "split", "backbone", "seed");
    EvaluationResult first = sample("x").results().getFirst();
    assertThat(json.at("/results/0/metrics/auc/value").asDouble())
        .isEqualTo(first.metrics().auc().value());
    RequestMetrics perRequest = first.metrics().perRequest();
    assertThat(json.at("/results/0/metrics/requestAuc/value").asDouble())
        .isEqualTo(perRequest.auc().value());
    assertThat(json.at("/results/0/metrics/mrr/low").asDouble()).isEqualTo(perRequest.mrr().low());
    assertThat(json.at("/results/0/metrics/ndcg5/value").asDouble())
        .isEqualTo(perRequest.ndcg5().value());
    assertThat(json.at("/results/0/metrics/ndcg10/high").asDouble())
        .isEqualTo(perRequest.ndcg10().high());
    assertThat(json.at("/results/0/metrics/hitRate10/value").asDouble())
        .isEqualTo(perRequest.hitRate10().value());
    assertThat(json.at("/results/0/rankedRequests").asInt()).isEqualTo(perRequest.ranked());
    assertThat(json.at("/results/1/againstFirst/requestAuc/value").isNumber()).isTrue();
    assertThat(json.at("/results/1/againstFirst/ndcg10/low").isNumber()).isTrue();
    assertThat(json.at("/results/0/stages/0/p95").asDouble())
        .isEqualTo(first.stages().getFirst().p95());
  }

  @Test
  void whatHasNoValueIsNull() {
    Predictions liked = new Predictions(new double[] {0.5}, new boolean[] {true}, new int[1]);
    EvaluationResult result =
        new EvaluationResult("one", Metrics.of(liked, 1, 10), 0, 1, 1, 1, List.of(), liked);
    JsonNode json =
        ResultsFile.json(new Evaluation("one", Instant.EPOCH, Map.of(), List.of(result)));
    assertThat(json.at("/results/0/metrics/auc/value").isNull()).isTrue();
    assertThat(json.at("/results/0/metrics/requestAuc/value").isNull()).isTrue();
    assertThat(json.toString()).doesNotContain("NaN");
  }

  /** What the page's script element holds. */
  private static JsonNode data(String page) {
    String open = "id=\"data\">";
    int from = page.indexOf(open) + open.length();
    return new ObjectMapper().readTree(page.substring(from, page.indexOf("</script>", from)));
  }

  static Evaluation sample(String title) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", "movielens-100k");
    facts.put("split", "test");
    facts.put("backbone", "smollm2-135m-instruct");
    facts.put("seed", "7");
    return new Evaluation(
        title,
        Instant.parse("2026-11-24T12:00:00Z"),
        facts,
        List.of(
            result("none", 900, 0.2),
            result("recent", 900, 0.5),
            result("gcn", 900, 0.9),
            result("bias", 900, 0.7)));
  }

  /** Scorers with an LLM: candidates leave before the first block, after 10 and after 30. */
  static Evaluation deep() {
    Evaluation sample = sample("depth");
    EvaluationResult of = sample.results().getFirst();
    Predictions all = of.predictions();
    int[] blocks =
        IntStream.range(0, all.size()).map(row -> List.of(0, 0, 10, 30).get(row % 4)).toArray();
    double[] probabilities = IntStream.range(0, all.size()).mapToDouble(all::probability).toArray();
    boolean[] labels = new boolean[all.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = all.label(row);
    }
    Predictions left =
        new Predictions(
            probabilities,
            labels,
            IntStream.range(0, all.size()).map(all::user).toArray(),
            IntStream.range(0, all.size()).map(all::request).toArray(),
            blocks);
    EvaluationResult llm =
        new EvaluationResult(
            "optirag top-k:10,0.8",
            of.metrics(),
            of.buildSeconds(),
            2,
            100,
            0.33,
            of.stages(),
            left);
    return new Evaluation(
        "depth", sample.created(), sample.facts(), List.of(llm, sample.results().get(1)));
  }

  @Test
  void resultsCountTheCandidatesThatLeaveAfterEachBlock() {
    JsonNode results = ResultsFile.json(deep()).get("results");
    assertThat(results.get(0).get("exits").toString())
        .isEqualTo(
            "[{\"block\":0,\"count\":450},{\"block\":10,\"count\":225},{\"block\":30,\"count\":225}]");
    assertThat(results.get(1).get("exits")).as("no LLM").isEmpty();
  }

  /** Predictions of the same impressions that lean on their labels with the given weight. */
  static EvaluationResult result(String name, int rows, double weight) {
    Random random = new Random(SEED);
    Random guesses = new Random(name.hashCode());
    double[] probabilities = new double[rows];
    boolean[] labels = new boolean[rows];
    int[] users = new int[rows];
    int[] requests = new int[rows];
    for (int row = 0; row < rows; row++) {
      double logit = random.nextGaussian();
      labels[row] = random.nextDouble() < 1 / (1 + Math.exp(-logit));
      double guess = weight * logit + (1 - weight) * guesses.nextGaussian();
      probabilities[row] = 1 / (1 + Math.exp(-1.5 * guess));
      users[row] = random.nextInt(60);
      requests[row] = 10 * users[row] + row % 2;
    }
    StageTimes times = new StageTimes();
    for (int request = 0; request < 100; request++) {
      long total = 0;
      for (String stage : List.of("retrieve", "prompt", "score")) {
        double millis = stage.length() * weight * (0.5 + random.nextDouble());
        times.record(stage, (long) (millis * TimeUnit.MILLISECONDS.toNanos(1)));
        total += (long) (millis * TimeUnit.MILLISECONDS.toNanos(1));
      }
      times.record("request", total);
    }
    Predictions predictions = new Predictions(probabilities, labels, users, requests);
    Metrics metrics = Metrics.of(predictions, 7, 500);
    return new EvaluationResult(name, metrics, weight, 2, 100, 0.5, times.stages(), predictions);
  }
}
