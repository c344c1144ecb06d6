package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.StageTimes;
import org.optirag.evaluation.trees.TreeShape;
import org.optirag.evaluation.trees.TreesSettings;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.FeatureSource;
import org.optirag.workspace.Progress;

class TreesModelTest {
  private static final long SEED = 11;
  private static final Dataset DATA = Planted.data(3);
  private static final Split SPLIT = DATA.split();
  private static final TreesSettings SETTINGS =
      new TreesSettings(List.of(new TreeShape(8, 0.1, 10, 0.8, 0.5, 1)), 100, 10, 50, 1);

  private static final CandidateFeatures GRAPH =
      new CandidateFeatures(DATA, VisibleHistory.of(DATA, SPLIT));

  /** The figures of the graph, and one that says what the graph does not. */
  private static final FeatureSource FEATURES =
      (user, candidates, time) -> {
        float[][] rows = GRAPH.of(user, candidates, time);
        for (int c = 0; c < rows.length; c++) {
          rows[c] = Arrays.copyOf(rows[c], rows[c].length + 1);
          rows[c][rows[c].length - 1] = (user + candidates[c]) % 2 == 0 ? 1 : Float.NaN;
        }
        return rows;
      };

  @Test
  void learnsThePlantedTasteFromTheGraph() {
    TreesModel model = learn(GRAPH::of, SPLIT.validation());
    assertThat(auc(model)).as("seed %d", SEED).isGreaterThan(0.8);
    assertThat(model.name()).isEqualTo("trees");
    assertThat(model.learned().trees().features()).isEqualTo(CandidateFeatures.NAMES.size());
    assertThat(model.buildSeconds()).isPositive();
  }

  @Test
  void scoresAreTheProbabilitiesOfTheTrees() {
    TreesModel model = learn(FEATURES, SPLIT.validation());
    int[] items = {1, 2, 7};
    long time = SPLIT.test().time(0);
    double[] scores = model.score(3, items, time, new StageTimes());
    float[][] rows = FEATURES.of(3, items, time);
    assertThat(rows[0]).hasSize(CandidateFeatures.NAMES.size() + 1);
    for (int c = 0; c < items.length; c++) {
      assertThat(scores[c]).isEqualTo(1 / (1 + Math.exp(-model.learned().trees().logit(rows[c]))));
    }
  }

  @Test
  void withoutValidationAllTreesAreKept() {
    TreesModel model = learn(GRAPH::of, SPLIT.validation().filter(row -> false));
    assertThat(model.learned().trees().trees()).isEqualTo(50);
    assertThat(auc(model)).isGreaterThan(0.75);
  }

  @Test
  void whatIsSaidOfAUserDoesNotComeFromHisLabels() {
    Interactions none = SPLIT.validation().filter(row -> false);
    Interactions examples = SPLIT.trainExamples();
    Interactions otherEven = flipped(examples, 0);
    FeatureSource said = others(examples, none);
    FeatureSource saidToo = others(otherEven, none);
    int[] items = {1, 2, 7, 9};
    long time = SPLIT.test().time(0);
    assertThat(saidToo.of(4, items, time))
        .as("an even user, whose own half's labels are turned")
        .isDeepEqualTo(said.of(4, items, time));
    assertThat(Arrays.deepEquals(saidToo.of(3, items, time), said.of(3, items, time)))
        .as("an odd user, of whom the even ones' labels speak")
        .isFalse();
  }

  private static FeatureSource others(Interactions examples, Interactions validation) {
    return TreesModel.learn(
            "trees", GRAPH::of, examples, validation, SETTINGS, SEED, Progress.silent())
        .ofOthers(Progress.silent());
  }

  /** The same rows with the labels of each second user turned. */
  private static Interactions flipped(Interactions rows, int half) {
    int n = rows.size();
    int[] users = new int[n];
    int[] items = new int[n];
    float[] ratings = new float[n];
    boolean[] labels = new boolean[n];
    long[] times = new long[n];
    for (int row = 0; row < n; row++) {
      users[row] = rows.user(row);
      items[row] = rows.item(row);
      ratings[row] = rows.rating(row);
      labels[row] = rows.label(row) != (users[row] % 2 == half);
      times[row] = rows.time(row);
    }
    return new Interactions(users, items, ratings, labels, times);
  }

  private static TreesModel learn(FeatureSource features, Interactions validation) {
    return TreesModel.learn(
        "trees", features, SPLIT.trainExamples(), validation, SETTINGS, SEED, Progress.silent());
  }

  private static double auc(TreesModel model) {
    return Evaluator.of(SPLIT.test(), Requests.Grouping.POINTWISE, 10_000, SEED)
        .evaluate(model, Progress.silent())
        .metrics()
        .auc()
        .value();
  }
}
