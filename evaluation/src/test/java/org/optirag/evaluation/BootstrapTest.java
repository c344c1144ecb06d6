package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BootstrapTest {
  private static final long SEED = 20261130;

  private static final int RESAMPLES = 200;

  /** How far a user's likes stand out: normal with mean 1 and this deviation. */
  private static final double DEVIATION = 1.5;

  /** P(1 + 1.5 u + e > e') for normal u, e, e', within a user and between users: Φ(1 / √4.25). */
  private static final double TRUTH = 0.68619;

  @Test
  void intervalsCoverTheTruthNineteenTimesInTwentyWhereUsersDiffer() {
    int trials = 1000;
    int fewer = 300; // of what costs more, or is far from what it is compared with
    int byUser = 0;
    int paired = 0;
    int byRow = 0;
    Random random = new Random(SEED);
    for (int trial = 0; trial < trials; trial++) {
      Sample sample = Sample.draw(random);
      byUser += covers(Metrics.of(sample.predictions(), trial, RESAMPLES).auc(), TRUTH);
      if (trial < fewer) {
        Comparison comparison =
            Comparison.of(sample.predictions(), sample.rival(), trial, RESAMPLES);
        paired += covers(comparison.auc(), 0);
        byRow += covers(Metrics.of(sample.apart(), trial, RESAMPLES).auc(), TRUTH);
      }
    }
    assertThat(byUser).as("covered of %d, seed %d", trials, SEED).isBetween(930, 970);
    assertThat(paired).as("covered of %d, seed %d", fewer, SEED).isBetween(276, 294);
    assertThat(byRow).as("covered of %d by rows, seed %d", fewer, SEED).isLessThan(240);
  }

  @Test
  void aResampleDrawsUsersWithAllTheirRows() {
    Predictions predictions = MetricsTest.random(200, 12, SEED);
    Clusters clusters = Clusters.of(predictions);
    assertThat(clusters.count()).isEqualTo(12);
    for (int row = 0; row < 200; row++) {
      assertThat(clusters.of(row)).isEqualTo(predictions.user(row));
    }
    int[] counts = clusters.draw(new SplittableRandom(SEED));
    assertThat(counts).hasSize(12);
    assertThat(IntStream.of(counts).sum()).isEqualTo(12);
  }

  @Test
  void aUserDrawnTwiceCountsAsIfHeWereTwoUsers() {
    Predictions predictions = MetricsTest.random(60, 3, SEED);
    Predictions twice = withCopyOf(predictions, 2);
    Clusters clusters = Clusters.of(predictions);
    assertThat(Uauc.of(predictions, clusters).under(new int[] {1, 1, 2}))
        .isCloseTo(Uauc.of(twice), within(1e-12));
    assertThat(Ranks.of(predictions).auc(row -> predictions.user(row) == 2 ? 2 : 1))
        .isEqualTo(Auc.of(twice));
  }

  @Test
  void theRequestsOfASingleUserAreDrawn() {
    Predictions predictions =
        new Predictions(
            new double[] {0.1, 0.2, 0.3, 0.4},
            new boolean[] {false, true, false, true},
            new int[] {7, 7, 7, 7},
            new int[] {5, 3, 5, 3});
    Clusters clusters = Clusters.of(predictions);
    assertThat(clusters.count()).isEqualTo(2);
    assertThat(IntStream.range(0, 4).map(clusters::of)).containsExactly(1, 0, 1, 0);
    Metrics metrics = Metrics.of(predictions, SEED, 200);
    assertThat(metrics.accuracy().low()).isZero();
    assertThat(metrics.accuracy().high()).isEqualTo(1);
    assertThat(metrics.uauc()).isEqualTo(metrics.auc());
  }

  private static int covers(Estimate estimate, double truth) {
    return estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
  }

  private static Predictions withCopyOf(Predictions predictions, int user) {
    int[] rows =
        IntStream.concat(
                IntStream.range(0, predictions.size()),
                IntStream.range(0, predictions.size()).filter(row -> predictions.user(row) == user))
            .toArray();
    double[] probabilities = IntStream.of(rows).mapToDouble(predictions::probability).toArray();
    boolean[] labels = new boolean[rows.length];
    int[] users = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = predictions.label(rows[i]);
      users[i] = i < predictions.size() ? predictions.user(rows[i]) : user + 1;
    }
    return new Predictions(probabilities, labels, users);
  }

  /** 120 users with 2 to 22 impressions, whose likes stand out by as much as is the user's own. */
  private record Sample(double[] first, double[] second, boolean[] labels, int[] users) {
    static Sample draw(Random random) {
      int[] users =
          IntStream.range(0, 120)
              .flatMap(user -> IntStream.range(0, 2 + random.nextInt(21)).map(i -> user))
              .toArray();
      double[] first = new double[users.length];
      double[] second = new double[users.length];
      boolean[] labels = new boolean[users.length];
      double mine = 0;
      double other = 0;
      for (int row = 0; row < users.length; row++) {
        if (row == 0 || users[row] != users[row - 1]) {
          mine = 1 + DEVIATION * random.nextGaussian();
          other = 1 + DEVIATION * random.nextGaussian();
        }
        labels[row] = random.nextBoolean();
        first[row] = probability(random.nextGaussian() + (labels[row] ? mine : 0));
        second[row] = probability(random.nextGaussian() + (labels[row] ? other : 0));
      }
      return new Sample(first, second, labels, users);
    }

    private static double probability(double logit) {
      return 1 / (1 + Math.exp(-logit));
    }

    Predictions predictions() {
      return new Predictions(first, labels, users);
    }

    /** A second scorer of the same quality, with users of its own that it understands. */
    Predictions rival() {
      return new Predictions(second, labels, users);
    }

    /** As if each impression were another user's: what drawing rows comes to. */
    Predictions apart() {
      return new Predictions(first, labels, IntStream.range(0, labels.length).toArray());
    }
  }
}
