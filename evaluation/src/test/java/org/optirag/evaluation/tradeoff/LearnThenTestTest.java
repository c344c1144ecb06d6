package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.tradeoff.LearnThenTest.Losses;
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
    // A loss of 0 and a quarter of a loss of 1 at epsilon 0.5: log growth ln(1 + s) + ln(1 - s) /
    // 4,
    // best at s = 0.6. A loss of 0.25 makes the capital 1.3, the loss of 1 after it takes it away.
    double[] fitting = {0};
    assertThat(pValue(fitting, new double[] {0.25}, 0.5)).isCloseTo(1 / 1.3, within(1e-12));
    assertThat(pValue(fitting, new double[] {0.25, 1}, 0.5)).isCloseTo(1 / 1.3, within(1e-12));
    assertThat(pValue(fitting, new double[] {1}, 0.5)).isEqualTo(1);
    assertThat(pValue(fitting, new double[] {}, 0.5)).isEqualTo(1);
    // Nothing is staked where nothing was seen to be small.
    assertThat(pValue(new double[0], new double[] {0}, 0.5)).isEqualTo(1);
    // No bet on losses of 0 does better than (1 - epsilon)^n.
    assertThat(pValue(new double[1000], new double[40], 0.05))
        .isBetween(Math.pow(0.95, 40), 1.15 * Math.pow(0.95, 40));
  }

  private static double pValue(double[] fitting, double[] testing, double epsilon) {
    return LearnThenTest.pValue(new Losses(fitting, testing), epsilon);
  }

  @Test
  void theBoundIsTheLeastRiskThatIsShown() {
    Random random = new Random(SEED);
    for (int shape = 0; shape < 3; shape++) {
      int kind = shape;
      double[] fitting = DoubleStream.generate(() -> loss(random, kind)).limit(90).toArray();
      double[] testing = DoubleStream.generate(() -> loss(random, kind)).limit(90).toArray();
      double bound = LearnThenTest.bound(new Losses(fitting, testing), 0.1);
      assertThat(pValue(fitting, testing, bound + 1e-6)).isLessThanOrEqualTo(0.1);
      assertThat(pValue(fitting, testing, bound - 0.01)).isGreaterThan(0.1);
    }
  }

  @Test
  void pValuesAreValidForLossesOfAnyShape() {
    Random random = new Random(SEED);
    for (double level : new double[] {0.05, 0.2}) {
      for (int shape = 0; shape < 4; shape++) {
        int rejected = 0;
        int kind = shape;
        for (int draw = 0; draw < 2000; draw++) {
          // The true mean is exactly the tested one. What the fitting half saw was too good, as it
          // is of a policy that was chosen there.
          double[] fitting =
              DoubleStream.generate(() -> 0.5 * loss(random, kind)).limit(60).toArray();
          double[] testing = DoubleStream.generate(() -> loss(random, kind)).limit(60).toArray();
          rejected += pValue(fitting, testing, 0.1) <= level ? 1 : 0;
        }
        // Three standard errors above the level.
        assertThat(rejected / 2000.0)
            .as("seed %d, shape %d, level %s", SEED, shape, level)
            .isLessThanOrEqualTo(level + 3 * Math.sqrt(level * (1 - level) / 2000));
      }
    }
  }

  /** A loss in [0, 1] of mean 0.1. */
  private static double loss(Random random, int shape) {
    return switch (shape) {
      case 0 -> random.nextDouble() < 0.1 ? 1 : 0;
      case 1 -> 0.2 * random.nextDouble();
      case 2 -> random.nextDouble() < 0.01 ? 1 : 0.1 - 0.009 / 0.99;
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
        losses[s] = control.losses(calibrated, calibrated.exits(sequence.get(s)), full);
        risks[s] = Arrays.stream(losses[s]).average().orElseThrow();
      }
      assertThat(risks[0]).isLessThan(epsilon);
      assertThat(risks[risks.length - 1]).as("some thresholds are too lax").isGreaterThan(epsilon);
      int wrong = 0;
      double settings = 0;
      for (int redraw = 0; redraw < 1000; redraw++) {
        int[] users = random.ints(300, 0, losses[0].length).toArray();
        int[] others = random.ints(60, 0, losses[0].length).toArray();
        List<Losses> drawn =
            Arrays.stream(losses).map(of -> new Losses(at(of, others), at(of, users))).toList();
        int held = LearnThenTest.fixedSequence(drawn, epsilon, delta);
        wrong += held > 0 && risks[held - 1] > epsilon ? 1 : 0;
        settings += held;
      }
      assertThat(wrong / 1000.0).as("seed %d, %s", SEED, kind).isLessThanOrEqualTo(delta);
      assertThat(settings / 1000).as("it is not merely timid").isGreaterThan(1);
    }
  }

  private static double[] at(double[] values, int[] places) {
    return Arrays.stream(places).mapToDouble(place -> values[place]).toArray();
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
          Arrays.stream(control.losses(fresh, fresh.exits(plan.policy()), full))
              .average()
              .orElseThrow();
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
    // Shallow heads say the contrary to all users that are tested on.
    for (int row = 0; row < readings.size(); row++) {
      for (int head = 0; Halves.of(readings.users()[row]) == 1 && head < 6; head++) {
        readings.logRatios()[row][head] *= -1;
      }
    }
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
    int[] first = calibrated.exits(new ExitPolicy.Fixed(1));
    assertThat(new RiskControl(Loss.DISAGREEMENT, 0.1, 0.1).losses(calibrated, first, full))
        .containsExactlyInAnyOrder(0.5, 1);
    double rise = Math.log1p(Math.exp(-1)) - Math.log1p(Math.exp(-2));
    assertThat(new RiskControl(Loss.LOG_LOSS_INCREASE, 0.1, 0.1).losses(calibrated, first, full))
        .usingComparatorWithPrecision(1e-12)
        .containsExactlyInAnyOrder(rise / 2, 0);
  }

  @Test
  void theSequenceGrowsInRiskAndFallsInDepth() {
    HeadReadings readings = SyntheticHeads.NOISY.draw(4000, 0, SEED);
    Calibrated fitted = new Calibrated(readings, Calibrated.calibrate(readings), TraceScore.LAST);
    double[] full = fitted.probabilities(new ExitPolicy.None());
    RiskControl control = new RiskControl(Loss.DISAGREEMENT, 0.1, 0.1);
    List<RiskSequence.Step> steps =
        RiskSequence.of(fitted, exits -> control.losses(fitted, exits, full));
    assertThat(steps).hasSizeGreaterThan(20);
    for (int i = 1; i < steps.size(); i++) {
      assertThat(steps.get(i).depth()).isLessThan(steps.get(i - 1).depth());
      assertThat(steps.get(i).risk()).isGreaterThan(steps.get(i - 1).risk());
    }
    assertThat(steps.getFirst().risk()).as("begins with what loses nothing").isLessThan(0.01);
  }
}
