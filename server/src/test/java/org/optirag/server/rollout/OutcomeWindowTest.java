package org.optirag.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OutcomeWindowTest {
  private static final long SEED = 20251125;

  @Test
  void figuresOfAFewOutcomesAreAsByHand() {
    OutcomeWindow window = new OutcomeWindow(10);
    window.add(0.9, true);
    window.add(0.4, true);
    window.add(0.4, false);
    window.add(0.1, false);
    assertThat(window.auc()).as("3 pairs right, 1 tied, of 4").isEqualTo(3.5 / 4);
    assertThat(window.logLoss())
        .isCloseTo(-(2 * Math.log(0.9) + Math.log(0.4) + Math.log(0.6)) / 4, within(1e-12));
    assertThat(window.bias()).isCloseTo(1.8 / 4 - 0.5, within(1e-12));
  }

  @Test
  void ofOneLabelThereIsNoAuc() {
    OutcomeWindow window = new OutcomeWindow(10);
    assertThat(window.auc()).isNaN();
    assertThat(window.logLoss()).isNaN();
    window.add(0.3, true);
    assertThat(window.auc()).isNaN();
  }

  @Test
  void onlyTheLatestCount() {
    SplittableRandom random = new SplittableRandom(SEED);
    OutcomeWindow small = new OutcomeWindow(50);
    OutcomeWindow fresh = new OutcomeWindow(50);
    for (int i = 0; i < 500; i++) {
      double p = Math.round(random.nextDouble() * 20) / 20.0;
      boolean label = random.nextDouble() < p;
      small.add(p, label);
      if (i >= 450) {
        fresh.add(p, label);
      }
    }
    assertThat(small.auc()).isCloseTo(fresh.auc(), within(1e-12));
    assertThat(small.bias()).isCloseTo(fresh.bias(), within(1e-12));
    assertThat(small.size()).isEqualTo(50);
  }

  @Test
  void scoresThatStayAreNoDriftAndScoresThatMoveAre() {
    SplittableRandom random = new SplittableRandom(SEED);
    ScoreDrift same = ScoreDrift.against(random.doubles(1000).toArray());
    ScoreDrift moved = ScoreDrift.against(random.doubles(1000).toArray());
    for (int i = 0; i < 2000; i++) {
      same.add(random.nextDouble());
      moved.add(Math.sqrt(random.nextDouble()));
    }
    assertThat(same.index()).as("seed %d", SEED).isLessThan(0.05);
    assertThat(moved.index()).as("seed %d", SEED).isGreaterThan(0.25);
    assertThat(ScoreDrift.against(new double[10]).index()).isNaN();
  }
}
