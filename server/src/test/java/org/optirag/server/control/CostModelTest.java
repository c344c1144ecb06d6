package org.optirag.server.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CostModelTest {
  private static final long SEED = 20251125;

  @Test
  void itLearnsWhatATokenTakesWhateverTheDepth() {
    CostModel cost = new CostModel(1);
    for (int i = 0; i < 500; i++) {
      cost.learn(100, i % 2 == 0 ? 1 : 0.25, i % 2 == 0 ? 0.1 : 0.025);
    }
    assertThat(cost.secondsPerToken()).isCloseTo(0.001, within(1e-4));
    assertThat(cost.cautious()).as("nothing varies").isCloseTo(0.001, within(1e-4));
  }

  @Test
  void itFollowsAMachineThatBecomesSlower() {
    CostModel cost = new CostModel(0.001);
    for (int i = 0; i < 300; i++) {
      cost.learn(500, 1, i < 100 ? 0.5 : 1.5);
    }
    assertThat(cost.secondsPerToken()).isCloseTo(0.003, within(1e-4));
  }

  @Test
  void nothingIsLeftOfAGuessOnceABatchWasMeasured() {
    CostModel cost = new CostModel(1.5);
    cost.learn(800, 0.085, 0.68);
    assertThat(cost.secondsPerToken()).isCloseTo(0.01, within(1e-9));
    assertThat(cost.cautious()).as("the guess was no measurement").isCloseTo(0.01, within(1e-9));
  }

  @Test
  void aCrowdOfShallowBatchesDoesNotMakeItForgetWhatDeepOnesTook() {
    CostModel cost = new CostModel(1);
    for (int i = 0; i < 100; i++) {
      cost.learn(800, 1, 8);
    }
    for (int i = 0; i < 200; i++) {
      cost.learn(800, 0.002, 0.1); // six times what the share says: it has a price of its own
    }
    assertThat(cost.secondsPerToken()).isCloseTo(0.01, within(0.001));
  }

  @Test
  void whatWasEndedOnItsWayTeachesOnlyThatItTakesLonger() {
    CostModel cost = new CostModel(0.001);
    cost.learnAtLeast(100, 1, 0.01);
    assertThat(cost.secondsPerToken()).isCloseTo(0.001, within(1e-9));
    cost.learnAtLeast(100, 1, 1);
    assertThat(cost.secondsPerToken()).isGreaterThan(0.005);
  }

  @Test
  void whereTimesVaryItPromisesLessButNotNothing() {
    SplittableRandom random = new SplittableRandom(SEED);
    CostModel cost = new CostModel(0.001);
    for (int i = 0; i < 300; i++) {
      cost.learn(500, 1, 0.5 * (0.5 + random.nextDouble()));
    }
    double caution = cost.cautious() / cost.secondsPerToken();
    assertThat(caution).as("seed %d", SEED).isBetween(1.3, 1.8);
    cost.learn(500, 1, 500);
    assertThat(cost.cautious() / cost.secondsPerToken()).isLessThanOrEqualTo(2.5);
  }
}
