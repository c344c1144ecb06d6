package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class MetricsTest {
  private static final long SEED = 7;

  @Test
  void figuresEqualScikitLearnsOnRandomDataWithTies() throws IOException {
    JsonNode golden;
    try (InputStream in = MetricsTest.class.getResourceAsStream("metrics.json")) {
      golden = new ObjectMapper().readTree(Objects.requireNonNull(in, "metrics.json"));
    }
    assertThat(golden.get("cases")).hasSize(4);
    for (JsonNode expected : golden.get("cases")) {
      Predictions predictions = predictions(expected);
      Metrics metrics = Metrics.of(predictions, SEED, 0);
      assertThat(metrics.auc().value()).isCloseTo(value(expected, "auc"), within(1e-12));
      assertThat(metrics.uauc().value()).isCloseTo(value(expected, "uauc"), within(1e-12));
      assertThat(metrics.logLoss().value()).isCloseTo(value(expected, "logLoss"), within(1e-9));
      assertThat(metrics.accuracy().value()).isCloseTo(value(expected, "accuracy"), within(1e-12));
      assertThat(metrics.calibrationError().value())
          .isCloseTo(value(expected, "calibrationError10"), within(1e-12));
      assertThat(CalibrationError.of(predictions, 15))
          .isCloseTo(value(expected, "calibrationError15"), within(1e-12));
    }
  }

  @Test
  void thePlainFiguresEqualTheBootstraps() {
    Predictions predictions = random(500, 30, SEED);
    Metrics metrics = Metrics.of(predictions, SEED, 10);
    assertThat(metrics.auc().value()).isEqualTo(Auc.of(predictions));
    assertThat(metrics.uauc().value()).isEqualTo(Uauc.of(predictions));
    assertThat(metrics.logLoss().value()).isCloseTo(LogLoss.of(predictions), within(1e-12));
    assertThat(metrics.accuracy().value()).isEqualTo(Accuracy.of(predictions));
    assertThat(metrics.calibrationError().value())
        .isCloseTo(CalibrationError.of(predictions), within(1e-12));
  }

  @Test
  void aTieCountsHalf() {
    assertThat(auc(new double[] {0.3, 0.3}, true, false)).isEqualTo(0.5);
    assertThat(auc(new double[] {0.3, 0.3, 0.1}, true, false, false)).isEqualTo(0.75);
  }

  @Test
  void theAucOfMirroredProbabilitiesIsTheComplement() {
    for (long seed = 0; seed < 20; seed++) {
      Predictions predictions = random(200, 5, seed);
      double[] mirrored = new double[200];
      boolean[] labels = new boolean[200];
      for (int row = 0; row < 200; row++) {
        mirrored[row] = 1 - predictions.probability(row);
        labels[row] = predictions.label(row);
      }
      double auc = Auc.of(new Predictions(mirrored, labels, new int[200]));
      assertThat(auc).as("seed %d", seed).isCloseTo(1 - Auc.of(predictions), within(1e-12));
    }
  }

  @Test
  void aWeightOfTwoEqualsTheRowTwice() {
    Predictions once =
        new Predictions(
            new double[] {0.2, 0.5, 0.5, 0.9},
            new boolean[] {false, true, false, true},
            new int[4]);
    Predictions twice =
        new Predictions(
            new double[] {0.2, 0.5, 0.5, 0.5, 0.9},
            new boolean[] {false, true, false, false, true},
            new int[5]);
    assertThat(Ranks.of(once).auc(row -> row == 2 ? 2 : 1)).isEqualTo(Auc.of(twice));
  }

  @Test
  void usersWithOneLabelAreLeftOutOfUauc() {
    Predictions predictions =
        new Predictions(
            new double[] {0.9, 0.1, 0.4, 0.6, 0.7},
            new boolean[] {true, false, true, false, true},
            new int[] {4, 4, 2, 2, 9});
    assertThat(Uauc.of(predictions)).isEqualTo(0.5);
    Metrics metrics = Metrics.of(predictions, SEED, 100);
    assertThat(metrics.users()).isEqualTo(3);
    assertThat(metrics.rankedUsers()).isEqualTo(2);
  }

  @Test
  void oneLabelAloneHasNoAucButALoss() {
    Predictions predictions =
        new Predictions(new double[] {1, 0}, new boolean[] {true, true}, new int[2]);
    Metrics metrics = Metrics.of(predictions, SEED, 50);
    assertThat(metrics.auc().value()).isNaN();
    assertThat(metrics.auc().low()).isNaN();
    assertThat(metrics.uauc().value()).isNaN();
    assertThat(metrics.logLoss().value()).isCloseTo(-Math.log(LogLoss.EPSILON) / 2, within(1e-6));
  }

  @Test
  void theSameSeedGivesTheSameIntervalsAndAnotherOthers() {
    Predictions predictions = random(300, 20, SEED);
    assertThat(Metrics.of(predictions, 1, 200)).isEqualTo(Metrics.of(predictions, 1, 200));
    assertThat(Metrics.of(predictions, 1, 200).auc())
        .isNotEqualTo(Metrics.of(predictions, 2, 200).auc());
  }

  @Test
  void theIntervalOfTheAccuracyIsTheBinomialOne() {
    Predictions predictions = random(2000, 1000, SEED);
    Estimate accuracy = Metrics.of(predictions, SEED, 2000).accuracy();
    double p = accuracy.value();
    double half = 1.96 * Math.sqrt(p * (1 - p) / 2000);
    assertThat(accuracy.low()).isCloseTo(p - half, within(0.15 * half));
    assertThat(accuracy.high()).isCloseTo(p + half, within(0.15 * half));
  }

  @Test
  void theIntervalCoversTheTruthAboutNineteenTimesInTwenty() {
    // Labels drawn with the predicted probability, which is uniform: the true AUC is 5 / 6.
    int covered = 0;
    Random random = new Random(SEED);
    for (int trial = 0; trial < 200; trial++) {
      double[] probabilities = random.doubles(300).toArray();
      boolean[] labels = new boolean[300];
      for (int row = 0; row < 300; row++) {
        labels[row] = random.nextDouble() < probabilities[row];
      }
      Estimate auc =
          Metrics.of(new Predictions(probabilities, labels, new int[300]), trial, 300).auc();
      covered += auc.low() <= 5 / 6.0 && 5 / 6.0 <= auc.high() ? 1 : 0;
    }
    assertThat(covered).as("covered of 200, seed %d", SEED).isBetween(178, 199);
  }

  @Test
  void oneUserWithOneRequestHasFiguresButNoIntervals() {
    Predictions predictions =
        new Predictions(
            new double[] {0.9, 0.1, 0.4},
            new boolean[] {true, false, true},
            new int[3],
            new int[3]);
    Metrics metrics = Metrics.of(predictions, SEED, 50);
    assertThat(metrics.auc()).isEqualTo(Estimate.exactly(1));
    assertThat(metrics.uauc()).isEqualTo(Estimate.exactly(1));
    assertThat(metrics.accuracy()).isEqualTo(Estimate.exactly(2 / 3.0));
  }

  @Test
  void percentilesInterpolate() {
    double[] sorted = {0, 1, 2, 10};
    assertThat(Bootstrap.percentile(sorted, 0.5)).isEqualTo(1.5);
    assertThat(Bootstrap.percentile(sorted, 1)).isEqualTo(10);
    assertThat(Bootstrap.percentile(new double[] {3}, 0.025)).isEqualTo(3);
  }

  @Test
  void anEdgeBelongsToTheBinBelow() {
    assertThat(CalibrationError.binOf(0, 10)).isZero();
    assertThat(CalibrationError.binOf(0.1, 10)).isZero();
    assertThat(CalibrationError.binOf(0.7, 10)).isEqualTo(6);
    assertThat(CalibrationError.binOf(Math.nextUp(0.7), 10)).isEqualTo(7);
    assertThat(CalibrationError.binOf(1, 10)).isEqualTo(9);
  }

  @Test
  void aProbabilityThatIsNoneIsRefused() {
    assertThatThrownBy(
            () -> new Predictions(new double[] {0.5, Double.NaN}, new boolean[2], new int[2]))
        .hasMessage("probability of row 1 is NaN, not in [0, 1]");
    assertThatThrownBy(() -> new Predictions(new double[0], new boolean[0], new int[0]))
        .hasMessage("no predictions");
  }

  @Test
  void aRequestOfSeveralUsersIsRefused() {
    int[] users = {3, 3, 4};
    assertThatThrownBy(
            () -> new Predictions(new double[3], new boolean[3], users, new int[] {8, 9, 8}))
        .hasMessage("request 8 is of user 3 in row 0 and of user 4 in row 2");
  }

  private static double auc(double[] probabilities, boolean... labels) {
    return Auc.of(new Predictions(probabilities, labels, new int[labels.length]));
  }

  /** Probabilities with two digits, so that ties abound; labels that lean on them. */
  static Predictions random(int rows, int users, long seed) {
    Random random = new Random(seed);
    double[] probabilities = new double[rows];
    boolean[] labels = new boolean[rows];
    int[] owners = new int[rows];
    for (int row = 0; row < rows; row++) {
      probabilities[row] = random.nextInt(101) / 100.0;
      labels[row] = random.nextDouble() < (probabilities[row] + 0.5) / 2;
      owners[row] = random.nextInt(users);
    }
    return new Predictions(probabilities, labels, owners);
  }

  private static Predictions predictions(JsonNode golden) {
    JsonNode probability = golden.get("probability");
    int n = probability.size();
    double[] probabilities = new double[n];
    boolean[] labels = new boolean[n];
    int[] users = new int[n];
    for (int row = 0; row < n; row++) {
      probabilities[row] = probability.get(row).asDouble();
      labels[row] = golden.get("label").get(row).asInt() == 1;
      users[row] = golden.get("user").get(row).asInt();
    }
    return new Predictions(probabilities, labels, users);
  }

  private static double value(JsonNode golden, String name) {
    return golden.get(name).asDouble();
  }
}
