package org.optirag.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.workspace.UserException;

class SplitRuleTest {
  private static final int USERS = 20;
  private static final int ITEMS = 30;

  @Test
  void byTimeNothingLearntIsAsLateAsWhatIsHeldOut() {
    for (long seed = 0; seed < 50; seed++) {
      Dataset data = random(seed, 200);
      Split split = data.split(new SplitRule.ByTime(0.8, 0.1));
      assertThat(sizes(split)).as("seed %d", seed).isEqualTo(200);
      assertThat(last(split.train())).as("seed %d", seed).isLessThan(first(split.validation()));
      assertThat(last(split.validation())).as("seed %d", seed).isLessThan(first(split.test()));
      assertThat(split.train().size()).as("seed %d", seed).isBetween(120, 160);
    }
  }

  @Test
  void rowsOfOneSecondStayTogetherOnTheLaterSide() {
    Dataset data = of(new int[10], new int[10], new long[] {1, 2, 3, 4, 5, 6, 7, 7, 7, 9});
    Split split = data.split(new SplitRule.ByTime(0.8, 0.1));
    assertThat(split.train().size()).isEqualTo(6);
    assertThat(split.validation().size()).isEqualTo(3);
    assertThat(split.test().size()).isEqualTo(1);
  }

  @Test
  void leaveLastOutTakesEachUsersLastTwo() {
    for (long seed = 0; seed < 50; seed++) {
      Dataset data = random(seed, 100);
      Split split = data.split(new SplitRule.LeaveLastOut());
      assertThat(sizes(split)).as("seed %d", seed).isEqualTo(100);
      for (int user = 0; user < USERS; user++) {
        int rows = count(data.interactions(), user);
        int held = rows < 3 ? 0 : 1;
        assertThat(count(split.test(), user)).as("seed %d", seed).isEqualTo(held);
        assertThat(count(split.validation(), user)).as("seed %d", seed).isEqualTo(held);
      }
    }
  }

  @Test
  void byUserEachUserIsAnExampleOfOneGroupAndTheRestIsKnown() {
    Dataset data = random(3, 300);
    Split split = data.split(new SplitRule.ByUser(0.6, 0.2, 7));
    Set<Integer> seen = new HashSet<>();
    for (Interactions part : List.of(split.trainExamples(), split.validation(), split.test())) {
      for (int row = 0; row < part.size(); row++) {
        assertThat(seen.add(part.user(row))).isTrue();
      }
    }
    assertThat(seen).hasSize(USERS);
    assertThat(split.train().size())
        .isEqualTo(300 - split.validation().size() - split.test().size());
  }

  @Test
  void withoutTimesTheStandardIsLeaveLastOut() {
    Dataset timed = random(1, 100);
    Dataset untimed =
        new Dataset(
            "x",
            "item",
            timed.users(),
            timed.items(),
            timed.interactions(),
            PublishedSplit.none(),
            false);
    assertThat(SplitRule.standard(untimed)).isEqualTo(new SplitRule.LeaveLastOut());
    assertThat(SplitRule.standard(timed)).isEqualTo(new SplitRule.ByTime(0.8, 0.1));
  }

  @Test
  void sharesThatLeaveNothingForTestAreRefused() {
    assertThatThrownBy(() -> new SplitRule.ByTime(0.9, 0.1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("0.9");
    Dataset data = random(1, 10);
    SplitRule published = new SplitRule.Published();
    assertThatThrownBy(() -> published.apply(data)).hasMessageContaining("no published split");
  }

  @Test
  void aLargerSampleHoldsTheSmallerOne() {
    Interactions all = random(5, 100).interactions();
    Set<Long> small = times(Examples.sample(all, 10, 42));
    assertThat(small).hasSizeLessThanOrEqualTo(10);
    assertThat(times(Examples.sample(all, 30, 42))).containsAll(small);
    assertThat(times(Examples.sample(all, 10, 43))).isNotEqualTo(small);
    assertThat(Examples.sample(all, 100, 1)).isSameAs(all);
  }

  @Test
  void lastOutHoldsWholeRequestsOut() {
    // Requests 7, 8, 9 of user 0 and three lone rows of user 1.
    int[] users = {0, 0, 1, 0, 0, 1, 0, 0, 0, 1};
    int[] requests = {7, 7, -1, 8, 8, -1, 9, 9, 9, -1};
    Dataset data = shown(users, requests);
    Split split = new SplitRule.LeaveLastOut().apply(data);
    assertThat(times(split.test())).containsExactlyInAnyOrder(6L, 7L, 8L, 9L);
    assertThat(times(split.validation())).containsExactlyInAnyOrder(3L, 4L, 5L);
    assertThat(times(split.train())).containsExactlyInAnyOrder(0L, 1L, 2L);
    Split byUser = new SplitRule.ByUser(0.98, 0.01, 3).apply(data);
    assertThat(times(byUser.trainExamples())).containsExactlyInAnyOrder(6L, 7L, 8L, 9L);
  }

  @Test
  void aSampleHoldsWholeRequests() {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      int[] requests = random.ints(120, -1, 20).toArray();
      Interactions all = shown(new int[120], requests).interactions();
      Interactions sample = Examples.sample(all, 40, round);
      assertThat(sample.size()).isBetween(40, 120);
      Set<Long> drawn = times(sample);
      for (int row = 0; row < 120; row++) {
        for (int other = 0; other < 120; other++) {
          if (requests[row] >= 0 && requests[row] == requests[other]) {
            assertThat(drawn.contains((long) row))
                .as("round %d, rows %d and %d", round, row, other)
                .isEqualTo(drawn.contains((long) other));
          }
        }
      }
      assertThat(times(Examples.sample(all, 60, round))).containsAll(drawn);
    }
  }

  /** Rows at the times 0, 1, 2, … that were shown in requests. */
  private static Dataset shown(int[] users, int[] requests) {
    int n = users.length;
    Interactions rows =
        new Interactions(
            users,
            new int[n],
            new float[n],
            new boolean[n],
            IntStream.range(0, n).asLongStream().toArray(),
            requests);
    return new Dataset(
        "test",
        "item",
        new Users(ids(USERS), Collections.nCopies(USERS, List.of())),
        new Items(ids(ITEMS), ids(ITEMS).ids(), Collections.nCopies(ITEMS, List.of())),
        rows);
  }

  @Test
  void examplesWithTooShortAHistoryAreLeftOut() {
    Dataset data = of(new int[] {0, 0, 1, 0}, new int[] {0, 1, 2, 3}, new long[] {1, 2, 3, 4});
    Behaviours histories = new Behaviours(data.interactions(), USERS, ITEMS);
    Interactions kept = Examples.withHistory(data.interactions(), histories, 1);
    assertThat(times(kept)).containsExactlyInAnyOrder(2L, 4L);
  }

  @Test
  void negativesAreItemsTheUserNeverTouchesAtTheClicksMoment() {
    for (NegativeSampling.Choice choice : NegativeSampling.Choice.values()) {
      Dataset data = random(9, 150);
      NegativeSampling sampling = new NegativeSampling(3, choice, 11);
      Interactions sampled = sampling.sample(data.interactions(), data);
      Set<List<Integer>> touched = new HashSet<>();
      for (int row = 0; row < 150; row++) {
        touched.add(List.of(data.interactions().user(row), data.interactions().item(row)));
      }
      assertThat(sampled.size()).isEqualTo(4 * 150);
      for (int row = 0; row < sampled.size(); row++) {
        boolean positive = row % 4 == 0;
        assertThat(sampled.label(row)).isEqualTo(positive);
        assertThat(touched.contains(List.of(sampled.user(row), sampled.item(row))))
            .as("%s row %d", choice, row)
            .isEqualTo(positive);
        assertThat(sampled.time(row)).isEqualTo(sampled.time(row - row % 4));
      }
    }
  }

  @Test
  void aUserWhoTouchedEverythingHasNoNegatives() {
    Dataset data =
        of(
            new int[ITEMS],
            IntStream.range(0, ITEMS).toArray(),
            IntStream.range(0, ITEMS).asLongStream().toArray());
    NegativeSampling sampling = new NegativeSampling(1, NegativeSampling.Choice.UNIFORM, 1);
    Interactions clicks = data.interactions();
    assertThatThrownBy(() -> sampling.sample(clicks, data))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("touched 30 of 30 items");
  }

  @Test
  void statisticsCountEveryUserAndRowOnce() {
    Dataset data = random(2, 500);
    Statistics statistics = Statistics.of(data);
    assertThat(statistics.histories().stream().mapToInt(Statistics.HistoryClass::users).sum())
        .isEqualTo(USERS);
    assertThat(statistics.timeLine().stream().mapToInt(Integer::intValue).sum()).isEqualTo(500);
    assertThat(statistics.density()).isEqualTo(500.0 / (USERS * ITEMS));
    assertThat(statistics.train() + statistics.validation() + statistics.test()).isEqualTo(500);
  }

  private static Dataset random(long seed, int rows) {
    Random random = new Random(seed);
    int[] users = new int[rows];
    int[] items = new int[rows];
    long[] times = new long[rows];
    for (int row = 0; row < rows; row++) {
      users[row] = row < USERS ? row : random.nextInt(USERS);
      items[row] = random.nextInt(ITEMS);
      times[row] = 1000 + random.nextInt(rows);
    }
    Arrays.sort(times);
    return of(users, items, times);
  }

  private static Dataset of(int[] users, int[] items, long[] times) {
    boolean[] labels = new boolean[users.length];
    Arrays.fill(labels, true);
    return new Dataset(
        "test",
        "item",
        new Users(ids(USERS), Collections.nCopies(USERS, List.of())),
        new Items(ids(ITEMS), ids(ITEMS).ids(), Collections.nCopies(ITEMS, List.of())),
        new Interactions(users, items, new float[users.length], labels, times));
  }

  private static IdIndex ids(int count) {
    List<String> ids = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> ids.add("id" + i));
    return new IdIndex(ids);
  }

  private static int sizes(Split split) {
    return split.train().size() + split.validation().size() + split.test().size();
  }

  private static long first(Interactions rows) {
    return rows.size() == 0 ? Long.MAX_VALUE : rows.time(0);
  }

  private static long last(Interactions rows) {
    return rows.size() == 0 ? Long.MIN_VALUE : rows.time(rows.size() - 1);
  }

  private static int count(Interactions rows, int user) {
    return (int) IntStream.range(0, rows.size()).filter(row -> rows.user(row) == user).count();
  }

  private static Set<Long> times(Interactions rows) {
    Set<Long> times = new HashSet<>();
    IntStream.range(0, rows.size()).forEach(row -> times.add(rows.time(row)));
    return times;
  }
}
