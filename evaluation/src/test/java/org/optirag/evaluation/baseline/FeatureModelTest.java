package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Split;
import org.optirag.dataset.Users;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Metrics;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.StageTimes;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.workspace.Progress;

class FeatureModelTest {
  private static final long SEED = 11;
  private static final int USERS = 60;
  private static final int ITEMS = 40;
  private static final int ROWS = 4000;
  private static final long HOUR = 3600;

  private static final Dataset DATA = planted();
  private static final Split SPLIT = DATA.split();

  @Test
  void findsPlantedQualityAndLeniency() {
    FeatureModel model = learned();
    Metrics metrics =
        Evaluator.of(SPLIT.test(), Requests.Grouping.POINTWISE, Integer.MAX_VALUE, 1)
            .evaluate(model, Progress.silent())
            .metrics();
    assertThat(metrics.auc().value()).as("seed %d", SEED).isGreaterThan(0.75);
    assertThat(model.name()).isEqualTo("features");
    assertThat(model.weights()).hasSize(CandidateFeatures.NAMES.size() + model.units().count());
    assertThat(model.weights()[0]).as("i_adj").isPositive();
    assertThat(model.weights()[1]).as("u_adj").isPositive();
    assertThat(model.weights()[6]).as("year, which no title has").isZero();
    assertThat(model.weights()[12]).as("genres, which no item has").isZero();
  }

  @Test
  void weightsAndScalingGiveTheProbabilities() {
    FeatureModel model = learned();
    long time = SPLIT.test().time(0);
    double[] scores = model.score(3, new int[] {1, 2, 7}, time, new StageTimes());
    float[][] scaled = model.scaling().apply(features().of(3, new int[] {1, 2, 7}, time));
    for (int c = 0; c < 3; c++) {
      double logit = model.bias();
      float[] read = model.units().apply(scaled[c]);
      for (int f = 0; f < read.length; f++) {
        logit += model.weights()[f] * read[f];
      }
      assertThat(scores[c]).isEqualTo(1 / (1 + Math.exp(-logit)));
    }
  }

  @Test
  void withoutValidationAllExamplesAreTaken() {
    Interactions none = SPLIT.validation().filter(row -> false);
    FeatureModel model = FeatureModel.learn(features()::of, SPLIT.trainExamples(), none, SEED);
    assertThat(model.skipped()).isZero();
    assertThat(model.units().count()).isZero();
    assertThatThrownBy(() -> FeatureModel.learn(features()::of, none, SPLIT.validation(), SEED))
        .hasMessage("no training examples");
  }

  private static FeatureModel learned() {
    return FeatureModel.learn(features()::of, SPLIT.trainExamples(), SPLIT.validation(), SEED);
  }

  private static CandidateFeatures features() {
    return new CandidateFeatures(DATA, VisibleHistory.of(DATA, SPLIT));
  }

  private static Dataset planted() {
    Random random = new Random(SEED);
    double[] quality = random.doubles(ITEMS, -2, 2).toArray();
    double[] leniency = random.doubles(USERS, -2, 2).toArray();
    int[] users = random.ints(ROWS, 0, USERS).toArray();
    int[] items = random.ints(ROWS, 0, ITEMS).toArray();
    boolean[] labels = new boolean[ROWS];
    for (int row = 0; row < ROWS; row++) {
      double odds = Math.exp(quality[items[row]] + leniency[users[row]]);
      labels[row] = random.nextDouble() < odds / (1 + odds);
    }
    return new Dataset(
        "planted",
        "item",
        new Users(ids(USERS), Collections.nCopies(USERS, List.of())),
        new Items(ids(ITEMS), ids(ITEMS).ids(), Collections.nCopies(ITEMS, List.of())),
        new Interactions(
            users,
            items,
            new float[ROWS],
            labels,
            IntStream.range(0, ROWS).mapToLong(row -> row * HOUR).toArray()));
  }

  private static IdIndex ids(int n) {
    return new IdIndex(IntStream.range(0, n).mapToObj(i -> "n" + i).toList());
  }
}
