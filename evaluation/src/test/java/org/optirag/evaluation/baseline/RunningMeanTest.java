package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;

final class RunningMeanTest {
  /** User 0 likes items 0 and 1 at 0 and 2, which user 1 does not; so all rates are one half. */
  private static final Interactions ROWS =
      new Interactions(
          new int[] {0, 1, 0, 1},
          new int[] {0, 0, 1, 1},
          new float[4],
          new boolean[] {true, false, true, false},
          new long[] {0, 1, 2, 3});

  private final RunningMean model = learn();

  private static RunningMean learn() {
    Dataset data = Planted.data(ROWS);
    Interactions empty = ROWS.filter(row -> false);
    return RunningMean.learn(
        Planted.learning(data, new Split(ROWS, empty, empty)), new RunningMean.Settings(3));
  }

  @Test
  void whatTheUserLikedMoreThanOthersIsAdded() {
    double p = 0.5 + (0.5 + 0.5) / (3 + 2);
    assertThat(model.rate(0, new int[] {0}, 10)[0]).isCloseTo(Math.log(p / (1 - p)), within(1e-9));
    assertThat(model.rate(1, new int[] {0}, 10)[0]).isCloseTo(-Math.log(p / (1 - p)), within(1e-9));
  }

  @Test
  void onlyThePastSpeaks() {
    assertThat(model.rate(0, new int[] {1}, 0)[0]).isCloseTo(0, within(1e-9));
    double p = 0.5 + 0.5 / 4;
    assertThat(model.rate(0, new int[] {1}, 2)[0]).isCloseTo(Math.log(p / (1 - p)), within(1e-9));
  }
}
