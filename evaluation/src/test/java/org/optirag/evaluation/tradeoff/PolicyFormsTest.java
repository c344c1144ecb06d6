package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.tradeoff.TradeOff.Answer;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.ExitPolicy.RatioTrend;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;

/** Which form of policy is the best at equal depth, chosen on validation and measured on test. */
class PolicyFormsTest {
  private static final long SEED = 20260907;
  private static final double[] DEPTHS = {0.4, 0.5, 0.6, 0.7, 0.8};
  private static final int VALIDATION = 1500;
  private static final int TEST = 10_000;

  @Test
  void ratioTrendLiesOnOrAboveTheFrontOfTheOtherFamilies() {
    for (SyntheticHeads kind : SyntheticHeads.values()) {
      for (double odds : new double[] {0, -2}) {
        TradeOff validation = TradeOff.of(kind.draw(VALIDATION, odds, SEED), Answer.LAST_HEAD);
        HeadReadings test = kind.draw(TEST, odds, SEED + 1);
        double trend = meanAuc(validation, test, RatioTrend.class::isInstance);
        double others = meanAuc(validation, test, policy -> !(policy instanceof RatioTrend));
        assertThat(trend)
            .as("seed %d, %s, odds %s, mean AUC over depths", SEED, kind, odds)
            .isGreaterThan(others - 0.002);
      }
    }
  }

  @Test
  void whatGoesBeyondThePaperPaysWhereClicksAreRare() {
    TradeOff validation =
        TradeOff.of(SyntheticHeads.NOISY.draw(VALIDATION, -2, SEED), Answer.LAST_HEAD);
    HeadReadings test = SyntheticHeads.NOISY.draw(TEST, -2, SEED + 1);
    double all = meanAuc(validation, test, RatioTrend.class::isInstance);
    double paper = meanAuc(validation, test, PolicyFormsTest::isThePapers);
    assertThat(all).as("seed %d", SEED).isGreaterThan(paper + 0.005);
  }

  private static boolean isThePapers(ExitPolicy policy) {
    return policy instanceof RatioTrend trend && trend.isPlain();
  }

  @Test
  void answeringFromAllHeadsPaysWhereTheyErrApartAndOnlyThere() {
    HeadReadings noisy = SyntheticHeads.NOISY.draw(VALIDATION, 0, SEED);
    HeadReadings test = SyntheticHeads.NOISY.draw(TEST, 0, SEED + 1);
    double last = meanAuc(TradeOff.of(noisy, Answer.LAST_HEAD), test, policy -> true);
    double all = meanAuc(TradeOff.of(noisy, Answer.ALL_HEADS), test, policy -> true);
    assertThat(all).as("seed %d", SEED).isGreaterThan(last + 0.004);
    assertThat(TraceScoreFit.choose(SyntheticHeads.NESTED.draw(VALIDATION, 0, SEED)))
        .as("each head knows all that the ones before it knew")
        .isEqualTo(TraceScore.LAST);
  }

  /** The mean over depths of the AUC on test of the policies chosen on validation. */
  private static double meanAuc(
      TradeOff validation, HeadReadings test, Predicate<ExitPolicy> family) {
    TradeOffCurve curve =
        new TradeOffCurve(
            validation.curve().blocks(),
            validation.curve().headAucs(),
            validation.curve().points().stream()
                .filter(point -> family.test(point.policy()))
                .toList());
    List<ExitPolicy> chosen =
        Arrays.stream(DEPTHS).mapToObj(depth -> curve.atDepth(depth).policy()).toList();
    return validation.on(test, chosen).points().stream()
        .mapToDouble(TradeOffPoint::auc)
        .average()
        .orElseThrow();
  }
}
