package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class RequestMetricsTest {
  private static final long SEED = 17;

  @Test
  void figuresEqualScikitLearnsAndMindsOnRandomRequestsWithTies() throws IOException {
    JsonNode golden;
    try (InputStream in = RequestMetricsTest.class.getResourceAsStream("request_metrics.json")) {
      golden = new ObjectMapper().readTree(Objects.requireNonNull(in, "request_metrics.json"));
    }
    assertThat(golden.get("cases")).hasSize(3);
    for (JsonNode expected : golden.get("cases")) {
      String name = expected.get("name").asString();
      RequestMetrics metrics = Metrics.of(predictions(expected), SEED, 0).perRequest();
      assertThat(metrics.ranked()).as(name).isEqualTo(expected.get("ranked").asInt());
      assertThat(metrics.requests()).as(name).isEqualTo(60);
      close(name, metrics.auc(), expected.get("requestAuc"));
      close(name, metrics.mrr(), expected.get("mrr"));
      close(name, metrics.ndcg5(), expected.get("ndcg5"));
      close(name, metrics.ndcg10(), expected.get("ndcg10"));
      close(name, metrics.hitRate10(), expected.get("hitRate10"));
    }
  }

  @Test
  void figuresOfOneRequestAreAsComputedByHand() {
    // Ranks 1 to 4: no, yes, no, yes.
    RequestRanking ranking = ranking(new double[] {0.2, 0.9, 0.5, 0.3}, true, false, true, false);
    assertThat(ranking.auc()).isEqualTo(0.25);
    assertThat(ranking.mrr()).isCloseTo((1 / 2.0 + 1 / 4.0) / 2, within(1e-15));
    double ideal = 1 + 1 / log2(3);
    assertThat(ranking.ndcg5()).isCloseTo((1 / log2(3) + 1 / log2(5)) / ideal, within(1e-15));
    assertThat(ranking.ndcg10()).isEqualTo(ranking.ndcg5());
    assertThat(ranking.hitRate10()).isEqualTo(1);
  }

  @Test
  void whereAllTieTheFiguresAreThoseOfADraw() {
    // One click among twelve: it is as likely at each rank.
    boolean[] labels = new boolean[12];
    labels[0] = true;
    RequestRanking ranking = ranking(new double[12], labels);
    assertThat(ranking.auc()).isEqualTo(0.5);
    double reciprocal = IntStream.rangeClosed(1, 12).mapToDouble(rank -> 1.0 / rank).sum() / 12;
    assertThat(ranking.mrr()).isCloseTo(reciprocal, within(1e-15));
    assertThat(ranking.hitRate10()).isCloseTo(10 / 12.0, within(1e-15));
    labels[5] = true;
    assertThat(ranking(new double[12], labels).hitRate10())
        .as("both of two in the last two places: one pair of 66")
        .isCloseTo(65 / 66.0, within(1e-15));
  }

  @Test
  void theOrderOfRowsIsNothing() {
    Random random = new Random(SEED);
    for (int trial = 0; trial < 100; trial++) {
      int n = 2 + random.nextInt(30);
      double[] probabilities = random.ints(n, 0, 5).mapToDouble(i -> i / 5.0).toArray();
      boolean[] labels = new boolean[n];
      IntStream.range(0, n).forEach(row -> labels[row] = random.nextInt(4) == 0);
      double[] reversed = new double[n];
      boolean[] reversedLabels = new boolean[n];
      for (int row = 0; row < n; row++) {
        reversed[n - 1 - row] = probabilities[row];
        reversedLabels[n - 1 - row] = labels[row];
      }
      assertThat(ranking(reversed, reversedLabels))
          .as("seed %d, trial %d", SEED, trial)
          .isEqualTo(ranking(probabilities, labels));
    }
  }

  @Test
  void requestsWithOneLabelDoNotCount() {
    Predictions predictions =
        new Predictions(
            new double[] {0.9, 0.1, 0.4, 0.6, 0.7},
            new boolean[] {true, false, false, false, true},
            new int[] {1, 1, 1, 1, 2},
            new int[] {1, 1, 2, 2, 3});
    RequestMetrics metrics = Metrics.of(predictions, SEED, 50).perRequest();
    assertThat(metrics.ranked()).isEqualTo(1);
    assertThat(metrics.requests()).isEqualTo(3);
    assertThat(metrics.auc()).isEqualTo(new Estimate(1, 1, 1));
  }

  @Test
  void withoutRequestsThereIsNothingToRank() {
    RequestMetrics metrics = Metrics.of(MetricsTest.random(40, 5, SEED), SEED, 50).perRequest();
    assertThat(metrics.ranked()).isZero();
    assertThat(metrics.ndcg5()).isEqualTo(Estimate.exactly(Double.NaN));
  }

  private static RequestRanking ranking(double[] probabilities, boolean... labels) {
    int n = labels.length;
    Predictions predictions = new Predictions(probabilities, labels, new int[n], new int[n]);
    return RequestRanking.of(predictions, IntStream.range(0, n).toArray());
  }

  private static double log2(double value) {
    return Math.log(value) / Math.log(2);
  }

  private static void close(String name, Estimate estimate, JsonNode expected) {
    assertThat(estimate.value()).as(name).isCloseTo(expected.asDouble(), within(1e-12));
  }

  private static Predictions predictions(JsonNode golden) {
    JsonNode probability = golden.get("probability");
    int n = probability.size();
    double[] probabilities = new double[n];
    boolean[] labels = new boolean[n];
    int[] users = new int[n];
    int[] requests = new int[n];
    for (int row = 0; row < n; row++) {
      probabilities[row] = probability.get(row).asDouble();
      labels[row] = golden.get("label").get(row).asInt() == 1;
      users[row] = golden.get("user").get(row).asInt();
      requests[row] = golden.get("request").get(row).asInt();
    }
    return new Predictions(probabilities, labels, users, requests);
  }
}
