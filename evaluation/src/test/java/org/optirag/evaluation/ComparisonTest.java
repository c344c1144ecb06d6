package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
  private static final long SEED = 11;

  @Test
  void aScorerDoesNotDifferFromItself() {
    Predictions predictions = inRequests(MetricsTest.random(300, 20, SEED));
    Estimate zero = new Estimate(0, 0, 0);
    assertThat(Comparison.of(predictions, predictions, SEED, 100))
        .isEqualTo(new Comparison(zero, zero, zero, zero, zero));
  }

  @Test
  void theValueIsTheDifferenceOfTheFigures() {
    Predictions better = inRequests(MetricsTest.random(300, 20, SEED));
    Predictions worse = inRequests(noisy(better, 0.3));
    Comparison comparison = Comparison.of(better, worse, SEED, 100);
    assertThat(comparison.auc().value()).isCloseTo(Auc.of(better) - Auc.of(worse), within(1e-12));
    assertThat(comparison.uauc().value())
        .isCloseTo(Uauc.of(better) - Uauc.of(worse), within(1e-12));
    assertThat(comparison.logLoss().value())
        .isCloseTo(LogLoss.of(better) - LogLoss.of(worse), within(1e-12));
    RequestMetrics one = Metrics.of(better, SEED, 0).perRequest();
    RequestMetrics other = Metrics.of(worse, SEED, 0).perRequest();
    assertThat(comparison.requestAuc().value())
        .isCloseTo(one.auc().value() - other.auc().value(), within(1e-12));
    assertThat(comparison.ndcg10().value())
        .isCloseTo(one.ndcg10().value() - other.ndcg10().value(), within(1e-12));
    assertThat(comparison.ndcg10().low()).isLessThan(comparison.ndcg10().high());
  }

  @Test
  void thePairedIntervalIsNarrowerThanTheScorersOwn() {
    Predictions better = MetricsTest.random(1000, 50, SEED);
    Predictions worse = noisy(better, 0.05);
    Estimate own = Metrics.of(better, SEED, 500).auc();
    Estimate paired = Comparison.of(better, worse, SEED, 500).auc();
    assertThat(paired.high() - paired.low()).isLessThan((own.high() - own.low()) / 3);
    assertThat(paired.low()).isLessThanOrEqualTo(paired.value());
    assertThat(paired.high()).isGreaterThanOrEqualTo(paired.value());
  }

  @Test
  void otherImpressionsAreRefused() {
    Predictions one = MetricsTest.random(50, 5, 1);
    assertThatThrownBy(() -> Comparison.of(one, MetricsTest.random(50, 5, 2), SEED, 10))
        .hasMessageMatching("row \\d+ is of another impression");
    assertThatThrownBy(() -> Comparison.of(one, MetricsTest.random(51, 5, 1), SEED, 10))
        .hasMessage("50 predictions against 51");
    Predictions grouped =
        new Predictions(new double[3], new boolean[3], new int[3], new int[] {0, 1, 1});
    Predictions pointwise = new Predictions(new double[3], new boolean[3], new int[3]);
    assertThatThrownBy(() -> Comparison.of(grouped, pointwise, SEED, 10))
        .hasMessage("row 2 is of another impression");
  }

  /** The same with two requests a user. */
  private static Predictions inRequests(Predictions rows) {
    int n = rows.size();
    boolean[] labels = new boolean[n];
    IntStream.range(0, n).forEach(row -> labels[row] = rows.label(row));
    return new Predictions(
        IntStream.range(0, n).mapToDouble(rows::probability).toArray(),
        labels,
        IntStream.range(0, n).map(rows::user).toArray(),
        IntStream.range(0, n).map(row -> 2 * rows.user(row) + row % 2).toArray());
  }

  private static Predictions noisy(Predictions predictions, double deviation) {
    Random random = new Random(SEED);
    int n = predictions.size();
    double[] probabilities = new double[n];
    boolean[] labels = new boolean[n];
    int[] users = new int[n];
    for (int row = 0; row < n; row++) {
      double noisy = predictions.probability(row) + deviation * random.nextGaussian();
      probabilities[row] = Math.clamp(noisy, 0, 1);
      labels[row] = predictions.label(row);
      users[row] = predictions.user(row);
    }
    return new Predictions(probabilities, labels, users);
  }
}
