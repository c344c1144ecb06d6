package org.optirag.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InteractionsTest {
  private static final long SEED = 20261131;

  @Test
  void mergedRowsStandInOrderOfTimeAndThoseMergedIntoComeFirst() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      Interactions some = random(random, 0);
      Interactions others = random(random, 1_000);
      List<String> expected = new ArrayList<>();
      List<String> rows = rows(some);
      rows.addAll(rows(others));
      rows.stream()
          .sorted(Comparator.comparingLong(row -> Long.parseLong(row.substring(0, 4))))
          .forEach(expected::add);
      assertThat(rows(some.merged(others)))
          .as("seed %d, round %d", SEED, round)
          .isEqualTo(expected);
    }
  }

  @Test
  void keptRowsKeepAllOfTheirColumns() {
    Random random = new Random(SEED);
    for (int round = 0; round < 100; round++) {
      Interactions all = random(random, 0);
      Interactions kept = all.filter(row -> all.item(row) % 3 == 0);
      List<String> expected = new ArrayList<>(rows(all));
      expected.removeIf(row -> Integer.parseInt(row.split(" ")[2]) % 3 != 0);
      assertThat(rows(kept)).as("seed %d, round %d", SEED, round).isEqualTo(expected);
      assertThat(kept.hasRequests()).isEqualTo(all.hasRequests());
    }
  }

  @Test
  void whereNothingTellsWhatWasShownTogetherEveryRowIsAlone() {
    Interactions rows =
        new Interactions(new int[2], new int[2], new float[2], new boolean[2], new long[2]);
    assertThat(rows.hasRequests()).isFalse();
    assertThat(rows.request(1)).isEqualTo(Interactions.ALONE);
  }

  @Test
  void whoIsNotCountedYetHasDoneNothing() {
    Interactions rows = random(new Random(SEED), 0);
    Behaviours behaviours = new Behaviours(rows, 1_000, 1_000);
    for (int beyond : new int[] {1_000, 1_001, Integer.MAX_VALUE}) {
      assertThat(behaviours.ofUser(beyond, Long.MAX_VALUE)).isEmpty();
      assertThat(behaviours.ofItem(beyond, Long.MAX_VALUE)).isEmpty();
      assertThat(behaviours.countOfUser(beyond)).isZero();
      assertThat(behaviours.countOfItem(beyond)).isZero();
    }
  }

  private static List<String> rows(Interactions all) {
    List<String> rows = new ArrayList<>();
    for (int row = 0; row < all.size(); row++) {
      rows.add(
          "%04d %d %d %s %s %d"
              .formatted(
                  all.time(row),
                  all.user(row),
                  all.item(row),
                  all.rating(row),
                  all.label(row),
                  all.request(row)));
    }
    return rows;
  }

  private static Interactions random(Random random, int firstUser) {
    int n = random.nextInt(30);
    int[] users = new int[n];
    int[] items = new int[n];
    float[] ratings = new float[n];
    boolean[] labels = new boolean[n];
    for (int row = 0; row < n; row++) {
      users[row] = firstUser + row;
      items[row] = random.nextInt(100);
      ratings[row] = random.nextFloat();
      labels[row] = random.nextBoolean();
    }
    int[] requests = random.nextBoolean() ? random.ints(n, -1, 5).toArray() : null;
    return new Interactions(
        users, items, ratings, labels, random.longs(n, 0, 20).sorted().toArray(), requests);
  }
}
