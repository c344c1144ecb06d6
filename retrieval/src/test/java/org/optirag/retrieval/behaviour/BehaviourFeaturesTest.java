package org.optirag.retrieval.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Part;
import org.optirag.dataset.PublishedSplit;
import org.optirag.dataset.Users;
import org.optirag.retrieval.Horizon;
import org.optirag.retrieval.LabelVisibility;
import org.optirag.retrieval.RandomData;
import org.optirag.retrieval.RandomData.Row;
import org.optirag.retrieval.VisibleHistory;

class BehaviourFeaturesTest {
  private static final long SEED = 20261130;
  private static final long DAY = 86_400;

  private static final List<Row> ROWS =
      List.of(
          new Row(1, 0, true, 0),
          new Row(2, 0, true, 1 * DAY),
          new Row(1, 1, true, 2 * DAY),
          new Row(2, 1, false, 2 * DAY + 1),
          new Row(2, 2, true, 3 * DAY),
          new Row(3, 0, true, 8 * DAY),
          new Row(3, 2, true, 9 * DAY),
          new Row(3, 3, false, 9 * DAY + 5),
          new Row(4, 0, true, 9 * DAY + 10),
          new Row(4, 2, true, 10 * DAY), // at the moment: not seen
          new Row(1, 2, true, 11 * DAY));

  /** Before day 10: user 4 liked item 0; users 2 and 3 liked item 2 next after it. */
  @Test
  void figuresAreThoseComputedByHand() {
    Dataset data = dataset(ROWS, List.of());
    float[] of2 = figures(data, 4, 2, 10 * DAY);
    double usual = 7 / 9.0;
    expect(of2, "cat_share", 0.5); // all likes are dramas, none is of war
    expect(of2, "cat2_share", 0); // of brands A and B
    expect(of2, "fields_shared", 1 / Math.sqrt(2 * 3)); // drama of {drama, A} and {drama, war, B}
    expect(of2, "pop_all", Math.log(3));
    expect(of2, "pop_1d", Math.log(2)); // the like a day ago is in
    expect(of2, "pop_7d", Math.log(3));
    expect(of2, "rate_all", (2 + 20 * usual) / 22);
    expect(of2, "rate_1d", (1 + 20 * usual) / 21);
    expect(of2, "rate_7d", (2 + 20 * usual) / 22);
    // Dramas are items 0 and 2: 6 likes of 6. Of war are 1 and 2: 3 of 4.
    expect(of2, "cat_rate", ((6 + 20 * usual) / 26 + (3 + 20 * usual) / 24) / 2);
    expect(of2, "cat2_rate", (2 + 20 * usual) / 22);
    expect(of2, "age", Math.log1p(7 * DAY));
    expect(of2, "trans_last", Math.log(3)); // users 2 and 3 liked it next after item 0
    expect(of2, "hist_n", Math.log(2));
  }

  private static void expect(float[] figures, String name, double value) {
    assertThat(figures[BehaviourFeatures.NAMES.indexOf(name)])
        .as(name)
        .isCloseTo((float) value, within(1e-6f));
  }

  private static float[] figures(Dataset data, int user, int item, long time) {
    VisibleHistory visible = VisibleHistory.of(data, data.split(), LabelVisibility.ALL);
    return new BehaviourFeatures(data, visible)
        .of(visible, data.items(), user, new int[] {item}, time)[0];
  }

  private static Dataset dataset(List<Row> rows, List<Integer> histories) {
    Interactions interactions =
        new Interactions(
            rows.stream().mapToInt(Row::user).toArray(),
            rows.stream().mapToInt(Row::item).toArray(),
            new float[rows.size()],
            labels(rows),
            rows.stream().mapToLong(Row::time).toArray());
    Part[] parts = new Part[rows.size()];
    Arrays.setAll(parts, row -> histories.contains(row) ? Part.HISTORY : Part.TRAIN);
    return new Dataset(
        "hand",
        "film",
        new Users(ids(5), IntStream.range(0, 5).mapToObj(u -> List.<Field>of()).toList()),
        new Items(
            ids(4),
            List.of("a", "b", "c", "d"),
            List.of(
                List.of(new Field("genres", "Drama"), new Field("brand", "A")),
                List.of(new Field("genres", "War"), new Field("brand", "A")),
                List.of(new Field("genres", "War, drama"), new Field("brand", "B")),
                List.of())),
        interactions,
        histories.isEmpty() ? PublishedSplit.none() : PublishedSplit.of(parts),
        true);
  }

  private static boolean[] labels(List<Row> rows) {
    boolean[] labels = new boolean[rows.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = rows.get(row).label();
    }
    return labels;
  }

  private static IdIndex ids(int n) {
    return new IdIndex(IntStream.range(0, n).mapToObj(i -> "n" + i).toList());
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeKnownYetChangesNothing(LabelVisibility visibility) {
    Random random = new Random(SEED);
    for (int round = 0; round < 100; round++) {
      List<Row> rows = RandomData.rows(random, 500);
      long now = random.nextLong(50, RandomData.END);
      int user = random.nextInt(RandomData.USERS);
      int[] candidates = random.ints(4, 0, RandomData.ITEMS).toArray();
      Dataset data = RandomData.dataset(rows);
      long horizon = visibility == LabelVisibility.ALL ? now : blocks(data).of(now);
      // Of others, all from the horizon on; of the user himself, all from now on.
      List<Row> changed =
          alter(
              rows,
              row ->
                  row.time() >= now || (row.user() != user && row.time() >= horizon)
                      ? new Row(
                          (user + 1 + random.nextInt(RandomData.USERS - 1)) % RandomData.USERS,
                          random.nextInt(RandomData.ITEMS),
                          random.nextBoolean(),
                          row.time())
                      : row);
      assertThat(text(changed, visibility, user, candidates, now))
          .as("seed %d, round %d, user %d at %d", SEED, round, user, now)
          .isEqualTo(text(rows, visibility, user, candidates, now));
    }
  }

  private static List<Row> alter(List<Row> rows, UnaryOperator<Row> change) {
    return rows.stream().map(change).toList();
  }

  private static Horizon blocks(Dataset data) {
    return Horizon.of(data.split().train(), 100);
  }

  private static VisibleHistory visible(Dataset data, LabelVisibility visibility) {
    return VisibleHistory.of(data, data.split(), visibility, blocks(data));
  }

  /** As text, in which NaN equals NaN. */
  private static String text(
      List<Row> rows, LabelVisibility visibility, int user, int[] candidates, long now) {
    Dataset data = RandomData.dataset(rows);
    VisibleHistory visible = visible(data, visibility);
    return Arrays.deepToString(
        new BehaviourFeatures(data, visible).of(visible, data.items(), user, candidates, now));
  }

  @Test
  void rowsAddedLaterChangeNothing() {
    Random random = new Random(SEED + 1);
    List<Row> rows = RandomData.rows(random, 500);
    long now = 500;
    List<Row> past = rows.stream().filter(row -> row.time() < now).toList();
    int[] candidates = IntStream.range(0, RandomData.ITEMS).toArray();
    for (int user = 0; user < RandomData.USERS; user++) {
      assertThat(text(past, LabelVisibility.ALL, user, candidates, now))
          .as("seed %d, user %d", SEED + 1, user)
          .isEqualTo(text(rows, LabelVisibility.ALL, user, candidates, now));
    }
  }

  @Test
  void togetherIsTheFadedCosineOfLikers() {
    Random random = new Random(SEED + 2);
    List<Row> rows = RandomData.rows(random, 400);
    Dataset data = RandomData.dataset(rows);
    VisibleHistory visible = visible(data, LabelVisibility.ALL);
    BehaviourFeatures features = new BehaviourFeatures(data, visible);
    for (int round = 0; round < 50; round++) {
      int user = random.nextInt(RandomData.USERS);
      int item = random.nextInt(RandomData.ITEMS);
      long now = random.nextLong(RandomData.END);
      List<Row> before = rows.stream().filter(row -> row.time() < now && row.label()).toList();
      List<Row> mine = before.stream().filter(row -> row.user() == user).toList();
      if (mine.isEmpty()) {
        continue;
      }
      double sum = 0;
      double weights = 0;
      for (Row like : mine.subList(Math.max(0, mine.size() - 10), mine.size())) {
        List<Row> a = before.stream().filter(row -> row.item() == item).toList();
        List<Row> b = before.stream().filter(row -> row.item() == like.item()).toList();
        long both =
            a.stream()
                .map(Row::user)
                .distinct()
                .filter(u -> u != user && b.stream().anyMatch(row -> row.user() == u))
                .count();
        double cosine = both == 0 ? 0 : both / Math.sqrt((double) a.size() * b.size());
        sum = 0.8 * sum + cosine;
        weights = 0.8 * weights + 1;
      }
      expect(
          features.of(visible, data.items(), user, new int[] {item}, now)[0],
          "cooc_recent",
          sum / weights);
    }
  }

  @Test
  void historiesWithoutDislikesDoNotRaiseRates() {
    float[] shown = figures(dataset(ROWS, List.of(4)), 4, 2, 10 * DAY);
    expect(shown, "pop_all", Math.log(3));
    expect(shown, "rate_all", (1 + 20 * 6 / 8.0) / 21);
  }

  @Test
  void whoAndWhatIsUnknownHasNoFiguresOfItsOwn() {
    Dataset data = RandomData.dataset(RandomData.rows(new Random(SEED), 100));
    VisibleHistory visible = visible(data, LabelVisibility.ALL);
    float[] figures =
        new BehaviourFeatures(data, visible)
            .of(
                visible,
                new Items(
                    ids(1_001),
                    IntStream.range(0, 1_001).mapToObj(i -> "t").toList(),
                    IntStream.range(0, 1_001).mapToObj(i -> List.<Field>of()).toList()),
                1_000,
                new int[] {1_000},
                RandomData.END)[0];
    expect(figures, "pop_all", 0);
    expect(figures, "hist_n", 0);
    for (String unknown :
        List.of("cat_share", "fields_shared", "cat_rate", "age", "trans_last", "cooc_recent")) {
      assertThat(figures[BehaviourFeatures.NAMES.indexOf(unknown)]).as(unknown).isNaN();
    }
  }

  @Test
  void theBehaviourMustBeThatWhichWasCounted() {
    Dataset data = RandomData.dataset(RandomData.rows(new Random(SEED), 100));
    BehaviourFeatures features = new BehaviourFeatures(data, visible(data, LabelVisibility.ALL));
    assertThatThrownBy(() ->
            features.of(visible(data, LabelVisibility.ALL), data.items(), 0, new int[] {1}, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
