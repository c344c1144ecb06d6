package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SliceTest {
  private static final int[] OF_ITEM = {0, 1, 4, 5, 19, 20, 5000, 0};
  private static final int[] OF_USER = {0, 4, 5, 19, 20, 21, 3, 7};

  private static List<Slice> slices() {
    return Slice.byEvidence(OF_ITEM.length, row -> OF_ITEM[row], row -> OF_USER[row]);
  }

  @Test
  void everyImpressionIsInOneOfItsItemAndOneOfItsUser() {
    assertThat(slices())
        .extracting(Slice::name)
        .containsExactly(
            "item seen 0 times",
            "item seen 1 to 4 times",
            "item seen 5 to 19 times",
            "item seen 20 or more times",
            "user with 0 to 4 behaviours",
            "user with 5 to 19 behaviours",
            "user with 20 or more behaviours");
    assertThat(slices())
        .extracting(slice -> java.util.Arrays.toString(slice.rows()))
        .containsExactly(
            "[0, 7]", "[1, 2]", "[3, 4]", "[5, 6]", "[0, 1, 6]", "[2, 3, 7]", "[4, 5]");
  }

  @Test
  void whatNoImpressionIsInIsLeftOut() {
    assertThat(Slice.byEvidence(2, row -> 30, row -> 30))
        .extracting(Slice::name)
        .containsExactly("item seen 20 or more times", "user with 20 or more behaviours");
  }

  @Test
  void aSliceIsMeasuredAsIfItWereAll() {
    boolean[] labels = {true, false, true, false, true, false, false, false};
    int[] users = {0, 0, 0, 0, 1, 1, 1, 1};
    EvaluationResult first = result("first", labels, users, .1, .2, .3, .4, .5, .6, .7, .8);
    EvaluationResult other = result("other", labels, users, .9, .1, .8, .2, .7, .3, .2, .1);
    Evaluation evaluation =
        new Evaluation("eight", Instant.EPOCH, Map.of(), List.of(first, other), slices());

    JsonNode unseen = ResultsFile.json(evaluation).at("/slices/0");

    assertThat(unseen.path("name").asString()).isEqualTo("item seen 0 times");
    assertThat(unseen.path("impressions").asInt()).isEqualTo(2);
    assertThat(unseen.path("labelRate").asDouble()).isEqualTo(0.5);
    assertThat(unseen.at("/results/0/auc/value").asDouble()).isZero(); // .1 liked, .8 not
    assertThat(unseen.at("/results/1/auc/value").asDouble()).isEqualTo(1);
    assertThat(unseen.at("/results/1/againstFirst/auc/value").asDouble()).isEqualTo(1);
    assertThat(unseen.at("/results/0/againstFirst").isMissingNode()).isTrue();
    assertThat(ResultsTable.slices(evaluation))
        .contains("item seen 0 times", "user with 20 or more behaviours")
        .contains("+1.0000");
  }

  private static EvaluationResult result(
      String name, boolean[] labels, int[] users, double... probabilities) {
    Predictions predictions = new Predictions(probabilities, labels, users, users.clone());
    return new EvaluationResult(
        name, Metrics.of(predictions, 7, 50), 0, 1, 2, Double.NaN, List.of(), predictions);
  }
}
