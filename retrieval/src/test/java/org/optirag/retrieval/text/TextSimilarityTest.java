package org.optirag.retrieval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.LabelVisibility;
import org.optirag.retrieval.RandomData;
import org.optirag.retrieval.RandomData.Row;
import org.optirag.retrieval.UserUpdates;
import org.optirag.retrieval.VisibleHistory;

class TextSimilarityTest {
  private static final long SEED = 20261130;

  /** A text is an angle in degrees. */
  private static final TextVectors ANGLES =
      new TextVectors() {
        @Override
        public String name() {
          return "angle";
        }

        @Override
        public TextVector of(String text) {
          double angle = Math.toRadians(Double.parseDouble(text));
          return new TextVector.Dense(
              new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
        }
      };

  /** Of any item, also one that was not imported. */
  private static final ItemTexts TEXTS =
      new ItemTexts() {
        @Override
        public String title(int item) {
          return Integer.toString(item);
        }

        @Override
        public List<Field> fields(int item) {
          return List.of();
        }
      };

  private final TextSimilarity features = new TextSimilarity(ANGLES);

  @Test
  void figuresAreThoseComputedByHand() {
    // Oldest first; the dislike and what comes at the moment itself do not count.
    Dataset data =
        RandomData.dataset(
            List.of(
                new Row(1, 0, true, 10),
                new Row(1, 10, true, 20),
                new Row(1, 5, false, 25),
                new Row(1, 12, true, 30),
                new Row(1, 14, true, 40),
                new Row(1, 1, true, 50)));
    float[] figures = features.of(visible(data), TEXTS, 1, new int[] {60}, 50)[0];
    double a = cosine(60); // with the likes, oldest first
    double b = cosine(50);
    double c = cosine(48);
    double d = cosine(46);
    assertThat(features.names())
        .containsExactly(
            "angle_max", "angle_mean", "angle_top3", "angle_top5", "angle_recent", "angle_last");
    assertThat(figures[0]).isCloseTo((float) d, within(1e-6f));
    assertThat(figures[1]).isCloseTo((float) ((a + b + c + d) / 4), within(1e-6f));
    assertThat(figures[2]).isCloseTo((float) ((b + c + d) / 3), within(1e-6f));
    assertThat(figures[3]).isEqualTo(figures[1]);
    assertThat(figures[4])
        .isCloseTo(
            (float) ((.512 * a + .64 * b + .8 * c + d) / (.512 + .64 + .8 + 1)), within(1e-6f));
    assertThat(figures[5]).isCloseTo((float) d, within(1e-6f));
  }

  private static double cosine(double degrees) {
    return Math.cos(Math.toRadians(degrees));
  }

  @Test
  void withoutLikesNothingIsKnown() {
    Dataset data = RandomData.dataset(List.of(new Row(1, 3, false, 10), new Row(1, 4, true, 50)));
    for (int user : new int[] {1, 2, 1_000_000}) {
      float[] figures = features.of(visible(data), TEXTS, user, new int[] {7}, 50)[0];
      assertThat(figures).containsOnly(Float.NaN);
    }
  }

  @Test
  void whatTheUserDidSinceCounts() {
    Dataset data = RandomData.dataset(List.of(new Row(1, 0, true, 10)));
    VisibleHistory newer =
        visible(data)
            .with(
                new UserUpdates(
                    1, List.of(new Behaviour(1_000_000_000, Float.NaN, true, 1_500)), true));
    float[] figures = features.of(newer, TEXTS, 1, new int[] {90}, 2_000)[0];
    assertThat(figures[5]).isCloseTo((float) cosine(90 - 1_000_000_000 % 360), within(1e-2f));
    assertThat(features.of(newer, TEXTS, 1, new int[] {90}, 1_500)[0][5])
        .isCloseTo(0f, within(1e-6f));
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeKnownYetChangesNothing(LabelVisibility visibility) {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      List<Row> rows = RandomData.rows(random, 300);
      long now = random.nextLong(50, RandomData.END);
      int user = random.nextInt(RandomData.USERS);
      int[] candidates = random.ints(4, 0, RandomData.ITEMS).toArray();
      List<Row> changed = new ArrayList<>();
      for (Row row : rows) {
        changed.add(
            row.time() < now
                ? row
                : new Row(
                    random.nextInt(RandomData.USERS),
                    random.nextInt(RandomData.ITEMS),
                    random.nextBoolean(),
                    row.time()));
      }
      assertThat(figures(changed, visibility, user, candidates, now))
          .as("seed %d, round %d, user %d at %d", SEED, round, user, now)
          .isEqualTo(figures(rows, visibility, user, candidates, now));
    }
  }

  private static String figures(
      List<Row> rows, LabelVisibility visibility, int user, int[] candidates, long now) {
    Dataset data = RandomData.dataset(rows);
    return Arrays.deepToString(
        new TextSimilarity(TfIdf.words(data.items()))
            .of(
                VisibleHistory.of(data, data.split(), visibility),
                data.items(),
                user,
                candidates,
                now));
  }

  private static VisibleHistory visible(Dataset data) {
    return VisibleHistory.of(data, data.split(), LabelVisibility.ALL);
  }
}
