package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
  private static final long SEED = 11;

  @Test
  void aScorerDoesNotDifferFromItself() {
    Predictions predictions = MetricsTest.random(300, 20, SEED);
    Estimate zero = new Estimate(0, 0, 0);
    assertThat(Comparison.of(predictions, predictions, SEED, 100))
        .isEqualTo(new Comparison(zero, zero, zero));
  }

  @Test
  void theValueIsTheDifferenceOfTheFigures() {
    Predictions better = MetricsTest.random(300, 20, SEED);
    Predictions worse = noisy(better, 0.3);
    Comparison comparison = Comparison.of(better, worse, SEED, 100);
    assertThat(comparison.auc().value()).isCloseTo(Auc.of(better) - Auc.of(worse), within(1e-12));
    assertThat(comparison.uauc().value())
        .isCloseTo(Uauc.of(better) - Uauc.of(worse), within(1e-12));
    assertThat(comparison.logLoss().value())
        .isCloseTo(LogLoss.of(better) - LogLoss.of(worse), within(1e-12));
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
