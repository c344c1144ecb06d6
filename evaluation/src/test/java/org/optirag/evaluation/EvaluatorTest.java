package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Requests.Grouping;
import org.optirag.evaluation.StageTimes.StageTime;
import org.optirag.workspace.Progress;

final class EvaluatorTest {
  /** Users take turns; even items are liked. */
  private static final Interactions IMPRESSIONS = impressions(100);

  @Test
  void aScorerThatKnowsTheTruthIsPerfect() {
    Evaluator evaluator = Evaluator.of(IMPRESSIONS, Grouping.DEFAULT, 1000, 1);
    EvaluationResult result =
        evaluator.evaluate(scorer(item -> item % 2 == 0 ? 0.9 : 0.1), Progress.silent());
    assertThat(result.metrics().auc()).isEqualTo(new Estimate(1, 1, 1));
    assertThat(result.metrics().uauc().value()).isEqualTo(1);
    assertThat(result.metrics().impressions()).isEqualTo(100);
    assertThat(result.requests()).isEqualTo(evaluator.requests().size()).isEqualTo(6);
    assertThat(result.metrics().perRequest().auc()).isEqualTo(new Estimate(1, 1, 1));
    assertThat(result.metrics().perRequest().ranked()).isEqualTo(6);
  }

  @Test
  void predictionsKnowTheirRequest() {
    Evaluator evaluator = Evaluator.of(IMPRESSIONS, new Grouping(1000, 7), 50, 3);
    Predictions predictions =
        evaluator.evaluate(scorer(i -> i / 100.0), 3, Progress.silent()).predictions();
    int row = 0;
    for (int request = 0; request < evaluator.requests().size(); request++) {
      for (int impression : evaluator.requests().get(request).rows()) {
        assertThat(predictions.request(row)).isEqualTo(request);
        assertThat(predictions.user(row)).isEqualTo(IMPRESSIONS.user(impression));
        assertThat(predictions.probability(row++)).isEqualTo(impression / 100.0);
      }
    }
    assertThat(row).isEqualTo(predictions.size());
  }

  @Test
  void aSampleOfRequestsHasWholeOnes() {
    Grouping grouping = new Grouping(1000, 7);
    List<Requests.Request> all = Requests.group(IMPRESSIONS, grouping);
    Evaluator five = Evaluator.of(IMPRESSIONS, grouping, SampleSize.ofRequests(5), 3);
    assertThat(five.requests()).hasSize(5).isSubsetOf(all);
    assertThat(Evaluator.of(IMPRESSIONS, grouping, SampleSize.ofRequests(5), 3).requests())
        .isEqualTo(five.requests());
    assertThat(Evaluator.of(IMPRESSIONS, grouping, SampleSize.ofRequests(5), 4).requests())
        .isNotEqualTo(five.requests());
    assertThat(Evaluator.of(IMPRESSIONS, grouping, SampleSize.ALL, 3).requests()).isEqualTo(all);
  }

  @Test
  void stagesOfTheScorerAndTheWholeRequestAreTimed() {
    EvaluationResult result =
        Evaluator.of(IMPRESSIONS, new Grouping(1000, 5), 1000, 1)
            .evaluate(scorer(item -> 0.5), Progress.silent());
    assertThat(result.stages()).extracting(StageTime::stage).containsExactly("think", "request");
    assertThat(result.stages()).extracting(StageTime::count).containsOnly(21L);
    assertThat(result.requestsPerSecond()).isPositive();
    assertThat(result.candidatesPerSecond()).isGreaterThan(result.requestsPerSecond());
  }

  @Test
  void theSampleIsTheSameForEachScorer() {
    Evaluator evaluator = Evaluator.of(IMPRESSIONS, new Grouping(1000, 5), 33, 4);
    Predictions one = evaluator.evaluate(scorer(i -> i / 200.0), Progress.silent()).predictions();
    Predictions two = evaluator.evaluate(scorer(i -> i / 200.0), Progress.silent()).predictions();
    assertThat(one.size()).isEqualTo(33).isEqualTo(evaluator.impressions());
    for (int row = 0; row < one.size(); row++) {
      assertThat(two.probability(row)).isEqualTo(one.probability(row));
    }
  }

  @Test
  void progressCountsImpressions() {
    List<Long> advanced = new ArrayList<>();
    Progress progress =
        (name, total, unit) -> {
          assertThat(name + " " + total + " " + unit).isEqualTo("score oracle 100 impression");
          return new Progress.Task() {
            @Override
            public void advance(long units) {
              advanced.add(units);
            }

            @Override
            public void note(String remark) {}

            @Override
            public void close() {}
          };
        };
    Evaluator.of(IMPRESSIONS, Grouping.DEFAULT, 1000, 1).evaluate(scorer(i -> 0.5), progress);
    assertThat(advanced.stream().mapToLong(Long::longValue).sum()).isEqualTo(100);
  }

  @Test
  void aScorerThatAnswersTooLittleIsRefused() {
    ImpressionScorer lazy =
        new ImpressionScorer() {
          @Override
          public String name() {
            return "lazy";
          }

          @Override
          public double[] score(int user, int[] items, long time, StageTimes times) {
            return new double[1];
          }
        };
    assertThatThrownBy(() ->
            Evaluator.of(IMPRESSIONS, Grouping.DEFAULT, 1000, 1).evaluate(lazy, Progress.silent()))
        .hasMessage("lazy gave 1 probabilities for 20 items");
  }

  static ImpressionScorer scorer(ToDoubleFunction<Integer> probability) {
    return new ImpressionScorer() {
      @Override
      public String name() {
        return "oracle";
      }

      @Override
      public double[] score(int user, int[] items, long time, StageTimes times) {
        return times.time(
            "think", () -> Arrays.stream(items).boxed().mapToDouble(probability).toArray());
      }
    };
  }

  static Interactions impressions(int n) {
    int[] users = new int[n];
    int[] items = new int[n];
    boolean[] labels = new boolean[n];
    long[] times = new long[n];
    for (int row = 0; row < n; row++) {
      users[row] = row % 3;
      items[row] = row;
      labels[row] = row % 2 == 0;
      times[row] = row;
    }
    return new Interactions(users, items, new float[n], labels, times);
  }
}
