package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.optirag.scoring.ExitPolicy.Entropy;
import org.optirag.scoring.ExitPolicy.Fixed;
import org.optirag.scoring.ExitPolicy.MaxProbability;
import org.optirag.scoring.ExitPolicy.None;
import org.optirag.scoring.ExitPolicy.Patience;
import org.optirag.scoring.ExitPolicy.RatioTrend;

class ExitPolicyTest {

  @Test
  void noneNeverStops() {
    assertThat(new None().exits(new double[] {99, 99, 99})).isFalse();
  }

  @Test
  void fixedStopsAtItsHead() {
    assertThat(new Fixed(2).exits(new double[] {9})).isFalse();
    assertThat(new Fixed(2).exits(new double[] {9, 0})).isTrue();
  }

  @Test
  void ratioTrendWantsADecidedConsistentAndGrowingRatio() {
    RatioTrend policy = new RatioTrend(1, 2);
    assertThat(policy.exits(new double[] {5})).as("one head of two").isFalse();
    assertThat(policy.exits(new double[] {0.5, 0.9})).as("undecided").isFalse();
    assertThat(policy.exits(new double[] {0.5, 1.0})).as("at the threshold").isTrue();
    assertThat(policy.exits(new double[] {1.5, 1.2})).as("falling").isFalse();
    assertThat(policy.exits(new double[] {-1, 2})).as("changed its mind").isFalse();
    assertThat(policy.exits(new double[] {-1, -1})).as("steady No").isTrue();
    assertThat(policy.exits(new double[] {3, -1, -2})).as("older heads do not matter").isTrue();
    assertThat(new RatioTrend(1, 1).exits(new double[] {9, -1})).as("one head").isTrue();
  }

  @Test
  void maxProbabilityLooksAtTheLikelierAnswer() {
    double s = Math.log(0.8 / 0.2);
    assertThat(new MaxProbability(0.79).exits(new double[] {-s})).isTrue();
    assertThat(new MaxProbability(0.81).exits(new double[] {s})).isFalse();
  }

  @Test
  void entropyIsThatOfTheAnswer() {
    double s = Math.log(0.9 / 0.1);
    double entropy = -0.9 * Math.log(0.9) - 0.1 * Math.log(0.1);
    assertThat(new Entropy(entropy + 1e-9).exits(new double[] {-s})).isTrue();
    assertThat(new Entropy(entropy - 1e-9).exits(new double[] {s})).isFalse();
    assertThat(new Entropy(Math.log(2) - 1e-9).exits(new double[] {0})).isFalse();
  }

  @Test
  void patienceCountsConfirmations() {
    Patience policy = new Patience(2);
    assertThat(policy.exits(new double[] {1, 1})).isFalse();
    assertThat(policy.exits(new double[] {1, 2, 0.1})).isTrue();
    assertThat(policy.exits(new double[] {1, -1, -1})).isFalse();
    assertThat(policy.exits(new double[] {1, -1, -1, -2})).isTrue();
  }
}
