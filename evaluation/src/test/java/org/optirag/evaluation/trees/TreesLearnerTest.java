package org.optirag.evaluation.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.ml.lightgbm.PredictionType;
import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.workspace.Progress;

class TreesLearnerTest {
  private static final long SEED = 20260104;
  private static final TreeShape SMALL = new TreeShape(8, 0.1, 10, 0.8, 1, 1);
  private static final TreesSettings SETTINGS =
      new TreesSettings(List.of(SMALL, new TreeShape(2, 0.1, 10, 1, 1, 1)), 200, 10, 30, 2);
  private static final Rule TRAIN = Rule.draw(4000, SEED);
  private static final Rule VALIDATION = Rule.draw(1000, SEED + 1);
  private static final Rule TEST = Rule.draw(2000, SEED + 2);
  private static final LearnedTrees LEARNED = learn(SETTINGS, SEED);

  @TempDir private Path folder;

  @Test
  void treesLearnWhatSumsCannot() {
    // The mean is at 0.69.
    assertThat(TEST.loss(LEARNED.trees()::logit))
        .as("seed %d", SEED)
        .isLessThan(TEST.least() + 0.04);
    assertThat(LEARNED.shape()).as("two leaves cannot").isEqualTo(SMALL);
    assertThat(LEARNED.validationLoss())
        .isCloseTo(VALIDATION.loss(LEARNED.trees()::logit), within(1e-9));
    double[] importance = LEARNED.trees().importance();
    assertThat(importance[2]).isLessThan(Math.min(importance[0], importance[1]) / 3);
  }

  @Test
  void itStopsWhereValidationIsBest() {
    assertThat(LEARNED.trees().trees()).isBetween(10, 199);
    boolean[] turned = new boolean[VALIDATION.y().length];
    for (int row = 0; row < turned.length; row++) {
      turned[row] = !VALIDATION.y()[row]; // on validation all that can be learned is wrong
    }
    LearnedTrees learned =
        TreesLearner.learn(
            TRAIN.x(), TRAIN.y(), VALIDATION.x(), turned, SETTINGS, SEED, Progress.silent());
    assertThat(learned.trees().trees()).isLessThan(10);
  }

  @Test
  void ourAnswersAreTheLibrarysToTheLastBit() throws IOException, LGBMException {
    Path file = folder.resolve("trees.txt");
    LEARNED.trees().write(file);
    BoostedTrees trees = BoostedTrees.read(file);
    try (LGBMBooster booster = LGBMBooster.loadModelFromString(Files.readString(file))) {
      TreeExamples rows = TreeExamples.of(TEST.x(), TEST.y(), 3);
      double[] expected =
          booster.predictForMat(
              rows.values(), rows.rows(), 3, true, PredictionType.C_API_PREDICT_RAW_SCORE);
      for (int row = 0; row < expected.length; row++) {
        assertThat(trees.logit(TEST.x()[row])).as("row %d", row).isEqualTo(expected[row]);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameTreesOnAnyThreads() {
    assertThat(text(learn(SETTINGS, SEED))).isEqualTo(text(LEARNED));
    assertThat(text(learn(SETTINGS.withThreads(1), SEED))).isEqualTo(text(LEARNED));
    assertThat(text(learn(SETTINGS, SEED + 1))).isNotEqualTo(text(LEARNED));
  }

  @Test
  void withoutValidationAFixedNumberOfTreesIsLearned() {
    LearnedTrees learned =
        TreesLearner.learn(
            TRAIN.x(),
            TRAIN.y(),
            new float[0][],
            new boolean[0],
            SETTINGS,
            SEED,
            Progress.silent());
    assertThat(learned.trees().trees()).isEqualTo(30);
    assertThat(learned.shape()).isEqualTo(SMALL);
    assertThat(learned.validationLoss()).isNaN();
    assertThat(TEST.loss(learned.trees()::logit)).isLessThan(TEST.least() + 0.08);
  }

  @Test
  void whereNothingTellsTheAnswerIsTheShareOfLikes() {
    float[][] x = new float[30][3];
    boolean[] y = new boolean[30];
    y[3] = true;
    y[4] = true;
    y[5] = true;
    BoostedTrees trees = TreesLearner.learn(x, y, x, y, SETTINGS, SEED, Progress.silent()).trees();
    assertThat(trees.features()).isEqualTo(3);
    assertThat(trees.logit(new float[3])).isCloseTo(Math.log(3 / 27.0), within(1e-6));
    BoostedTrees one =
        TreesLearner.learn(x, new boolean[30], x, y, SETTINGS, SEED, Progress.silent()).trees();
    assertThat(one.logit(new float[3])).as("no likes").isFinite().isNegative();
  }

  @Test
  void theProgressEndsAtItsTotal() {
    AtomicLong total = new AtomicLong();
    AtomicLong done = new AtomicLong();
    Progress counting =
        (name, most, unit) -> {
          total.set(most);
          return new Progress.Task() {
            @Override
            public void advance(long units) {
              done.addAndGet(units);
            }

            @Override
            public void note(String remark) {}

            @Override
            public void close() {}
          };
        };
    TreesLearner.learn(
        TRAIN.x(), TRAIN.y(), VALIDATION.x(), VALIDATION.y(), SETTINGS, SEED, counting);
    assertThat(total).hasValue(400);
    assertThat(done).hasValue(400);
  }

  @Test
  void rowsThatAreNoRowsAreRefused() {
    float[][] none = {};
    boolean[] label = {true};
    assertRefused(none, new boolean[0], "no examples, or examples without features");
    assertRefused(new float[1][0], label, "no examples, or examples without features");
    assertRefused(new float[2][3], label, "rows and labels differ: 2 != 1");
    assertRefused(new float[][] {{1, 2}, {1}}, new boolean[2], "row 1 has 1 features, not 2");
    assertRefused(
        new float[][] {{1, Float.POSITIVE_INFINITY}}, label, "feature 1 of row 0 is Infinity");
  }

  private static void assertRefused(float[][] x, boolean[] y, String message) {
    assertThatThrownBy(() ->
            TreesLearner.learn(
                x, y, new float[0][], new boolean[0], SETTINGS, SEED, Progress.silent()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static LearnedTrees learn(TreesSettings settings, long seed) {
    return TreesLearner.learn(
        TRAIN.x(), TRAIN.y(), VALIDATION.x(), VALIDATION.y(), settings, seed, Progress.silent());
  }

  private String text(LearnedTrees learned) {
    Path file = folder.resolve("text.txt");
    learned.trees().write(file);
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
