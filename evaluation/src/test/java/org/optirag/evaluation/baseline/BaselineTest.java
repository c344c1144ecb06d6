package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.Metrics;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.StageTimes;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

final class BaselineTest {
  private static final long SEED = 11;
  private static final Dataset DATA = Planted.data(3);
  private static final Set<String> READERS = Set.of("running-mean", "item-knn", "din");
  private static final Map<String, ImpressionScorer> TRAINED = new HashMap<>();
  private static final int[] ALL_ITEMS = IntStream.range(0, Planted.ITEMS).toArray();

  @ParameterizedTest
  @ValueSource(strings = {"item-knn", "lightgcn", "fm", "deepfm", "din"})
  void learnsThePlantedTaste(String name) {
    ImpressionScorer scorer = trained(name);
    Metrics metrics = onTest(scorer);
    // Whoever knows the groups reaches 0.90; averages know nothing.
    assertThat(metrics.auc().value()).as(name).isGreaterThan(0.8);
    assertThat(metrics.calibrationError().value()).as(name).isLessThan(0.15);
    assertThat(scorer.name()).isEqualTo(name);
    assertThat(scorer.buildSeconds()).isPositive();
  }

  @Test
  void averagesDoNotKnowThePlantedTaste() {
    assertThat(onTest(trained("bias")).auc().value()).isBetween(0.45, 0.6);
  }

  @ParameterizedTest
  @MethodSource("names")
  void theSameSeedGivesTheSameScoresAndTheFutureDoesNotMatter(String name) {
    Interactions test = DATA.split().test();
    long now = test.time(test.size() / 2);
    long later = test.time(test.size() - 1);
    ImpressionScorer scorer = trained(name);
    ImpressionScorer other = train(name, Planted.turned(DATA, now));
    boolean changed = false;
    for (int user = 0; user < Planted.USERS; user++) {
      assertThat(scores(other, user, now))
          .as("%s, user %d", name, user)
          .isEqualTo(scores(scorer, user, now));
      changed |= !Arrays.equals(scores(other, user, later), scores(scorer, user, later));
    }
    assertThat(changed)
        .as("what users did since training tells on those who read histories")
        .isEqualTo(READERS.contains(name));
  }

  @Test
  void tuningTellsWhatItChose() {
    Baseline.Tuned tuned =
        Baseline.tune(
            "item-knn", DATA, DATA.split(), Planted.histories(DATA), SEED, Progress.silent());
    assertThat(tuned.chosen()).matches("\\d+ neighbours, shrinkage \\d+, damping [\\d.]+");
    Metrics standard = onTest(trained("item-knn"));
    assertThat(tuned.validationAuc()).isGreaterThan(0.8);
    assertThat(onTest(tuned.scorer()).auc().value()).isGreaterThan(standard.auc().value() - 0.02);
  }

  @Test
  void whereThereIsNothingToChooseNothingIsTold() {
    List<String> notes = new ArrayList<>();
    Progress noting =
        (name, total, unit) ->
            new Progress.Task() {
              @Override
              public void advance(long units) {}

              @Override
              public void note(String remark) {
                notes.add(remark);
              }

              @Override
              public void close() {}
            };
    Baseline.Tuned tuned =
        Baseline.tune("bias", DATA, DATA.split(), Planted.histories(DATA), SEED, noting);
    assertThat(tuned.chosen()).isEmpty();
    assertThat(notes).singleElement().asString().matches("best AUC \\d\\.\\d{4}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"item-knn", "lightgcn", "fm"})
  void learnsWithoutValidation(String name) {
    Interactions all = DATA.interactions();
    Split split =
        new Split(
            all.filter(row -> row < 2400),
            all.filter(row -> false),
            all.filter(row -> row >= 2400));
    ImpressionScorer scorer =
        Baseline.train(name, DATA, split, Planted.histories(DATA), SEED, Progress.silent());
    assertThat(onTest(scorer).auc().value()).as(name).isGreaterThan(0.7);
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> train("deepfn", DATA))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "There is no baseline 'deepfn'. Take one of bias, running-mean, item-knn, lightgcn, fm, deepfm, din.");
  }

  @Test
  void aSplitWithoutTrainingExamplesIsRefused() {
    Interactions none = DATA.interactions().filter(row -> false);
    Split split = new Split(none, DATA.split().validation(), DATA.split().test());
    assertThatThrownBy(() ->
            Baseline.train("fm", DATA, split, Planted.histories(DATA), SEED, Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("The split of planted has no training examples.");
  }

  static Iterable<String> names() {
    return Baseline.names();
  }

  private static double[] scores(ImpressionScorer scorer, int user, long time) {
    return scorer.score(user, ALL_ITEMS, time, new StageTimes());
  }

  private static ImpressionScorer trained(String name) {
    return TRAINED.computeIfAbsent(name, n -> train(n, DATA));
  }

  private static ImpressionScorer train(String name, Dataset data) {
    return Baseline.train(
        name, data, data.split(), Planted.histories(data), SEED, Progress.silent());
  }

  private static Metrics onTest(ImpressionScorer scorer) {
    return Evaluator.of(DATA.split().test(), Requests.Grouping.POINTWISE, 10_000, SEED)
        .evaluate(scorer, Progress.silent())
        .metrics();
  }
}
