package org.optirag.retrieval.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.dataset.Dataset;
import org.optirag.retrieval.Horizon;
import org.optirag.retrieval.LabelVisibility;
import org.optirag.retrieval.RandomData;
import org.optirag.retrieval.RandomData.Row;
import org.optirag.retrieval.VisibleHistory;

class LatentSimilarityTest {
  private static final long SEED = 20261130;

  @ParameterizedTest
  @EnumSource
  void whatCannotBeKnownYetChangesNothing(LabelVisibility visibility) {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      List<Row> rows = RandomData.rows(random, 500);
      long now = random.nextLong(50, RandomData.END);
      int user = random.nextInt(RandomData.USERS);
      int[] candidates = random.ints(4, 0, RandomData.ITEMS).toArray();
      long horizon = blocks(RandomData.dataset(rows)).of(now);
      List<Row> changed =
          rows.stream()
              .map(row ->
                  row.time() >= now || (row.user() != user && row.time() >= horizon)
                      ? new Row(
                          (user + 1 + random.nextInt(RandomData.USERS - 1)) % RandomData.USERS,
                          random.nextInt(RandomData.ITEMS),
                          random.nextBoolean(),
                          row.time())
                      : row)
              .toList();
      assertThat(text(changed, visibility, user, candidates, now))
          .as("seed %d, round %d, user %d at %d", SEED, round, user, now)
          .isEqualTo(text(rows, visibility, user, candidates, now));
    }
  }

  private static Horizon blocks(Dataset data) {
    return Horizon.of(data.split().train(), 100);
  }

  private static String text(
      List<Row> rows, LabelVisibility visibility, int user, int[] candidates, long now) {
    Dataset data = RandomData.dataset(rows);
    VisibleHistory visible = VisibleHistory.of(data, data.split(), visibility, blocks(data));
    return Arrays.deepToString(
        new LatentSimilarity(data, visible).of(visible, data.items(), user, candidates, now));
  }

  /** Users 0 and 1 like items 0 to 2, users 2 and 3 like 3 and 4: two worlds. */
  @Test
  void itemsOfTheSameLikersAreAlike() {
    Dataset data =
        RandomData.dataset(
            List.of(
                new Row(0, 0, true, 1),
                new Row(0, 1, true, 2),
                new Row(1, 1, true, 3),
                new Row(1, 2, true, 4),
                new Row(2, 3, true, 5),
                new Row(2, 4, true, 6),
                new Row(3, 3, true, 7),
                new Row(3, 4, true, 8)));
    VisibleHistory visible =
        VisibleHistory.of(data, data.split(), LabelVisibility.ALL, blocks(data));
    LatentSimilarity features = new LatentSimilarity(data, visible);
    assertThat(features.names().getFirst()).isEqualTo("svd_max");
    float[][] figures =
        features.of(visible, data.items(), 3, new int[] {3, 4, 0, 9, 1_000_000}, 900);
    assertThat(figures[0][0]).isCloseTo(1, within(1e-5f));
    assertThat(figures[1][5]).isCloseTo(1, within(1e-5f));
    assertThat(figures[2][0]).isCloseTo(0, within(1e-5f));
    assertThat(figures[3]).as("nobody liked it").containsOnly(Float.NaN);
    assertThat(figures[4]).as("it came later").containsOnly(Float.NaN);
    assertThat(features.of(visible, data.items(), 9, new int[] {3}, 900)[0])
        .as("a user without likes")
        .containsOnly(Float.NaN);
  }
}
