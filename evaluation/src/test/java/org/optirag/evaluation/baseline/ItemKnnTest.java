package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;

/**
 * Four users and five items, each with as many likes as dislikes, so that every average is 1/2 and
 * every error ±1/2:
 *
 * <pre>
 *        i0 i1 i2 i3 i4
 *   u0   +  +  −  −
 *   u1   −  −  +  +
 *   u2   +           −
 *   u3   −           +
 * </pre>
 */
final class ItemKnnTest {
  private static final int[] USERS = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3};
  private static final int[] ITEMS = {0, 1, 2, 3, 0, 1, 2, 3, 0, 4, 0, 4};
  private static final String LIKED = "++----+++--+";

  @Test
  void similaritiesAreShrunkCosinesOfErrors() {
    ItemKnn knn = learn(new ItemKnn.Settings(10, 2, 1));
    // Products 2 · 1/4, norms √(4 · 1/4) and √(2 · 1/4): √½; two users in common count half.
    assertThat(knn.similarity(0, 1)).isCloseTo(Math.sqrt(0.5) / 2, within(1e-6));
    assertThat(knn.similarity(1, 0)).isCloseTo(Math.sqrt(0.5) / 2, within(1e-6));
    assertThat(knn.similarity(2, 3)).isCloseTo(0.5, within(1e-6));
    assertThat(knn.similarity(0, 2)).as("opposites are no neighbours").isZero();
    assertThat(knn.similarity(0, 0)).as("nor is the item itself").isZero();
  }

  @Test
  void likesOfNeighboursRaiseAndDislikesLower() {
    ItemKnn knn = learn(new ItemKnn.Settings(10, 2, 1));
    double s = Math.sqrt(0.5) / 2;
    double p = 0.5 + s * 0.5 / (1 + s);
    // User 2 liked item 0, user 3 did not; item 1 has no other neighbour in their histories.
    assertThat(knn.rate(2, new int[] {1}, 100)[0]).isCloseTo(Math.log(p / (1 - p)), within(1e-6));
    assertThat(knn.rate(3, new int[] {1}, 100)[0]).isCloseTo(-Math.log(p / (1 - p)), within(1e-6));
  }

  @Test
  void onlyThePastSpeaks() {
    ItemKnn knn = learn(new ItemKnn.Settings(10, 2, 1));
    assertThat(knn.rate(2, new int[] {1, 2}, 8)).as("item 0 was liked at 8").containsExactly(0, 0);
    assertThat(knn.rate(2, new int[] {1}, 9)[0]).isPositive();
  }

  @Test
  void onlyTheNearestNeighboursAreKept() {
    // i2 and i3 are equally like each other, and i4 is like neither.
    ItemKnn none = learn(new ItemKnn.Settings(1, 2, 1));
    assertThat(none.similarity(2, 3)).isPositive();
    assertThat(none.similarity(2, 4)).isZero();
  }

  private static ItemKnn learn(ItemKnn.Settings settings) {
    int n = USERS.length;
    boolean[] labels = new boolean[n];
    long[] times = new long[n];
    for (int row = 0; row < n; row++) {
      labels[row] = LIKED.charAt(row) == '+';
      times[row] = row;
    }
    Interactions rows = new Interactions(USERS, ITEMS, new float[n], labels, times);
    Dataset data = Planted.data(rows);
    Interactions empty = rows.filter(row -> false);
    return ItemKnn.learn(Planted.learning(data, new Split(rows, empty, empty)), settings);
  }
}
