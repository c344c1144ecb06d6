package org.optirag.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.SampleSize;

class EvaluationRunTest {
  private static Optional<String> told(SampleSize most, boolean... labels) {
    int n = labels.length;
    int[] users = new int[n];
    int[] items = new int[n];
    long[] times = new long[n];
    for (int row = 0; row < n; row++) {
      users[row] = row;
      items[row] = row;
      times[row] = row;
    }
    Interactions impressions = new Interactions(users, items, new float[n], labels, times);
    return EvaluationRun.oneLabel(Evaluator.of(impressions, Requests.Grouping.DEFAULT, most, 3));
  }

  @Test
  void whereAllLabelsAreAlikeItIsSaidThatNothingCanBeMeasured() {
    assertThat(told(SampleSize.ALL, true, true, true))
        .hasValueSatisfying(line ->
            assertThat(line)
                .startsWith("All 3 impressions scored have the label 1: ")
                .contains("nothing can be measured"));
    assertThat(told(SampleSize.ALL, false, false))
        .hasValueSatisfying(
            line -> assertThat(line).startsWith("All 2 impressions scored have the label 0: "));
    assertThat(told(SampleSize.ALL, true))
        .hasValueSatisfying(
            line -> assertThat(line).startsWith("The one impression scored has the label 1: "));
  }

  @Test
  void theSampleCountsNotThePart() {
    assertThat(told(SampleSize.ofRequests(1), true, false)).isPresent();
  }

  @Test
  void bothLabelsNeedNoWarning() {
    assertThat(told(SampleSize.ALL, true, false, false)).isEmpty();
  }
}
