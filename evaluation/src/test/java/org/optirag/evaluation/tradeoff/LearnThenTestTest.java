package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.tradeoff.RiskControl.Loss;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;
import org.optirag.workspace.UserException;

class LearnThenTestTest {
  private static final long SEED = 20260906;

  @Test
  void pValuesAreWhatOneComputesByHand() {
    // No loss in n draws: (1 - epsilon)^n, by Hoeffding; Bentkus is e times that.
    assertThat(LearnThenTest.pValue(0, 10, 0.2)).isCloseTo(Math.pow(0.8, 10), within(1e-12));
    assertThat(LearnThenTest.pValue(0.2, 10, 0.2)).isEqualTo(1);
    // One loss in ten at 0.5: e (1 + 10) / 1024 against exp(-10 (0.1 ln 0.2 + 0.9 ln 1.8)).
    double hoeffding = Math.exp(-10 * (0.1 * Math.log(0.2) + 0.9 * Math.log(1.8)));
    assertThat(LearnThenTest.pValue(0.1, 10, 0.5))
        .isCloseTo(Math.min(hoeffding, Math.E * 11 / 1024), within(1e-12));
    assertThat(LearnThenTest.binomialCdf(2, 4, 0.5)).isCloseTo(11 / 16.0, within(1e-12));
    assertThat(LearnThenTest.binomialCdf(4, 4, 0.3)).isCloseTo(1, within(1e-12));
    assertThat(LearnThenTest.bound(0, 100, 0.1)).isCloseTo(1 - Math.pow(0.1, 0.01), within(1e-9));
  }

  @Test
  void pValuesAreValidForLossesOfAnyShape() {
    Random random = new Random(SEED);
    for (double level : new double[] {0.05, 0.2}) {
      for (int shape = 0; shape < 3; shape++) {
        int rejected = 0;
        int kind = shape;
        for (int draw = 0; draw < 2000; draw++) {
          double mean =
              DoubleStream.generate(() -> loss(random, kind)).limit(60).average().orElseThrow();
          // The true mean is exactly the tested one.
          rejected += LearnThenTest.pValue(mean, 60, 0.1) <= level ? 1 : 0;
        }
        assertThat(rejected / 2000.0)
            .as("seed %d, shape %d, level %s", SEED, shape, level)
            .isLessThanOrEqualTo(level);
      }
    }
  }

  /** A loss in [0, 1] of mean 0.1. */
  private static double loss(Random random, int shape) {
    return switch (shape) {
      case 0 -> random.nextDouble() < 0.1 ? 1 : 0;
      case 1 -> 0.2 * random.nextDouble();
      default -> random.nextDouble() < 0.2 ? random.nextDouble() : 0;
    };
  }

  @Test
  void theGuaranteeHoldsOverAThousandRedrawsOfTheCalibrationSet() {
    double delta = 0.1;
    List<ExitPolicy> sequence =
        DoubleStream.iterate(4, t -> t > 0.05, t -> t * 0.85)
            .<ExitPolicy>mapToObj(t -> new ExitPolicy.RatioTrend(t, 1))
            .toList();
    HeadReadings population = SyntheticHeads.NOISY.draw(60_000, 0, SEED);
    Calibrated calibrated =
        new Calibrated(population, Calibrated.calibrate(population), TraceScore.LAST);
    double[] full = calibrated.probabilities(new ExitPolicy.None());
    Random random = new Random(SEED + 1);
    for (Loss kind : Loss.values()) {
      double epsilon = kind == Loss.DISAGREEMENT ? 0.1 : 0.04;
      RiskControl control = new RiskControl(kind, epsilon, delta);
      double[][] losses = new double[sequence.size()][];
      double[] risks = new double[sequence.size()];
      for (int s = 0; s < losses.length; s++) {
        losses[s] = control.losses(calibrated, sequence.get(s), full);
        risks[s] = Arrays.stream(losses[s]).average().orElseThrow();
      }
      assertThat(risks[0]).isLessThan(epsilon);
      assertThat(risks[risks.length - 1]).as("some thresholds are too lax").isGreaterThan(epsilon);
      int wrong = 0;
      double settings = 0;
      for (int redraw = 0; redraw < 1000; redraw++) {
        int[] users = random.ints(300, 0, losses[0].length).toArray();
        int held =
            LearnThenTest.fixedSequence(
                losses.length,
                s -> Arrays.stream(users).mapToDouble(user -> losses[s][user]).toArray(),
                epsilon,
                delta);
        wrong += held > 0 && risks[held - 1] > epsilon ? 1 : 0;
        settings += held;
      }
      assertThat(wrong / 1000.0).as("seed %d, %s", SEED, kind).isLessThanOrEqualTo(delta);
      assertThat(settings / 1000).as("it is not merely timid").isGreaterThan(1);
    }
  }

  @Test
  void theWholeChoiceKeepsItsPromiseOnFreshUsers() {
    int wrong = 0;
    int deep = 0;
    for (int round = 0; round < 5; round++) {
      HeadReadings validation = SyntheticHeads.NESTED.draw(4000, 0, SEED + round);
      RiskControl control = new RiskControl(Loss.DISAGREEMENT, 0.2, 0.1);
      ExitPlan plan = control.plan(validation, TradeOff.Answer.LAST_HEAD);
      Calibrated fresh =
          new Calibrated(
              SyntheticHeads.NESTED.draw(10_000, 0, SEED + 100 + round),
              plan.calibrations(),
              plan.answer());
      double[] full = fresh.probabilities(new ExitPolicy.None());
      double risk =
          Arrays.stream(control.losses(fresh, plan.policy(), full)).average().orElseThrow();
      wrong += risk > 0.2 ? 1 : 0;
      deep += fresh.point(plan.policy()).meanDepth() > 0.9 ? 1 : 0;
    }
    assertThat(wrong).as("seed %d: of 5 at delta 0.1", SEED).isLessThanOrEqualTo(2);
    assertThat(deep).as("it exits early").isLessThanOrEqualTo(1);
  }

  @Test
  void tooFewUsersAreToldWhatTheyCouldShow() {
    HeadReadings few = SyntheticHeads.NESTED.draw(400, 0, SEED);
    assertThatThrownBy(() ->
            new RiskControl(Loss.DISAGREEMENT, 0.01, 0.1).plan(few, TradeOff.Answer.LAST_HEAD))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem())
                  .matches(
                      "\\d+ users to test on cannot show a risk of at most 0.01 with confidence 0.9,"
                          + " even without any loss\\.");
              assertThat(e.wayOut())
                  .matches("Validate on more users, or allow a risk of 0\\.\\d{4} or more\\.");
            });
  }

  @Test
  void whatNoEarlyExitKeepsIsToldWithTheNearest() {
    HeadReadings readings = SyntheticHeads.EASY_AND_HARD.draw(12_000, 0, SEED);
    assertThatThrownBy(() ->
            new RiskControl(Loss.DISAGREEMENT, 0.01, 0.1).plan(readings, TradeOff.Answer.LAST_HEAD))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem())
                  .startsWith(
                      "No early exit can be shown to keep the risk at 0.01 with confidence 0.9;"
                          + " the nearest is ");
              assertThat(e.wayOut()).matches("Allow a risk of 0\\.\\d{4} or more, .*");
            });
    assertThatThrownBy(() -> new RiskControl(Loss.DISAGREEMENT, 0, 0.1))
        .hasMessageStartingWith("A risk of 0.0 with an error of 0.1 cannot be controlled.");
  }

  @Test
  void aLossIsAUsersMean() {
    HeadReadings readings =
        new HeadReadings(
            2,
            List.of(1, 2),
            new double[][] {{1, 2}, {1, -2}, {-1, 1}},
            new boolean[] {true, true, false},
            new int[] {5, 5, 6},
            new int[] {0, 0, 1},
            new int[] {9, 9},
            new int[] {1, 1, 1});
    Calibrated calibrated =
        new Calibrated(
            readings, List.of(HeadCalibration.IDENTITY, HeadCalibration.IDENTITY), TraceScore.LAST);
    double[] full = calibrated.probabilities(new ExitPolicy.None());
    ExitPolicy first = new ExitPolicy.Fixed(1);
    assertThat(new RiskControl(Loss.DISAGREEMENT, 0.1, 0.1).losses(calibrated, first, full))
        .containsExactly(0.5, 1);
    double rise = Math.log1p(Math.exp(-1)) - Math.log1p(Math.exp(-2));
    assertThat(new RiskControl(Loss.LOG_LOSS_INCREASE, 0.1, 0.1).losses(calibrated, first, full))
        .containsExactly(new double[] {rise / 2, 0}, within(1e-12));
  }
}
