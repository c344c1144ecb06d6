package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CostsTest {
  /** Two requests of two candidates; contexts of 100 and 300 tokens, candidates of 10. */
  private static final HeadReadings READINGS =
      new HeadReadings(
          10,
          List.of(0, 5, 10),
          new double[4][3],
          new boolean[4],
          new int[] {1, 1, 2, 2},
          new int[] {0, 0, 1, 1},
          new int[] {100, 300},
          new int[] {10, 10, 10, 10});

  @Test
  void aContextRunsAsDeepAsItsDeepestCandidate() {
    Costs costs = Costs.of(READINGS, new int[] {10, 5, 5, 5});
    // Shared: 100·10 + 300·5 for the contexts, 10·(10 + 5 + 5 + 5) for the candidates, of 4,400.
    assertThat(costs.requests()).isCloseTo((1000 + 1500 + 250) / 4400.0, within(1e-12));
    // Alone: 110·(10 + 5) + 310·(5 + 5), of 8,400.
    assertThat(costs.prompts()).isCloseTo((1650 + 3100) / 8400.0, within(1e-12));
  }

  @Test
  void aRequestThatNeedsNoLlmCostsNothingAndStillCountsInFullDepth() {
    assertThat(Costs.of(READINGS, new int[4]).requests()).isZero();
    Costs half = Costs.of(READINGS, new int[] {0, 0, 10, 10});
    assertThat(half.requests()).isCloseTo(3200 / 4400.0, within(1e-12));
  }
}
