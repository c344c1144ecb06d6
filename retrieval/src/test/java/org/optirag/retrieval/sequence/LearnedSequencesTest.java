package org.optirag.retrieval.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.LabelledSequence;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Users;

class LearnedSequencesTest {
  private static final long SEED = 20261215;

  /** Rows of user, item, like, time, in order of time; requests by number where given. */
  private static Interactions rows(int[][] rows) {
    float[] ratings = new float[rows.length];
    boolean[] labels = new boolean[rows.length];
    for (int row = 0; row < rows.length; row++) {
      labels[row] = rows[row][2] == 1;
    }
    return new Interactions(
        column(rows, 0),
        column(rows, 1),
        ratings,
        labels,
        Arrays.stream(rows).mapToLong(row -> row[3]).toArray());
  }

  private static int[] column(int[][] rows, int column) {
    return Arrays.stream(rows).mapToInt(row -> row[column]).toArray();
  }

  private static Dataset data(Interactions rows, int users, int items) {
    return new Dataset(
        "walks",
        "walk",
        new Users(ids("u", users), Collections.nCopies(users, List.of())),
        new Items(
            ids("i", items),
            Collections.nCopies(items, "a"),
            Collections.nCopies(items, List.of())),
        rows);
  }

  private static IdIndex ids(String prefix, int count) {
    return new IdIndex(IntStream.range(0, count).mapToObj(i -> prefix + i).toList());
  }

  @Test
  void whatWasJudgedStandsAfterWhatCameStrictlyBefore() {
    Interactions rows =
        rows(new int[][] {{0, 3, 1, 10}, {0, 1, 0, 20}, {0, 2, 1, 20}, {0, 3, 1, 30}});
    LearnedSequences learned = LearnedSequences.of(rows, data(rows, 1, 5), 10);
    assertThat(learned.sequences()).hasSize(1);
    LabelledSequence only = learned.sequences().getFirst();
    assertThat(only.items()).containsExactly(3, 1, 2, 3);
    assertThat(only.liked()).containsExactly(true, false, true, true);
    assertThat(only.read()).containsExactly(0, 1, 1, 3);
    assertThat(only.candidates()).containsExactly(3, 1, 2, 3);
    assertThat(only.labels()).containsExactly(true, false, true, true);
    assertThat(learned.judged()).isTrue();
    assertThat(learned.items()).containsExactly(3);
    assertThat(learned.rows()).containsExactly(-1, -1, -1, 0, -1);
  }

  @Test
  void likesAloneAreNotJudged() {
    Interactions rows = rows(new int[][] {{0, 1, 1, 1}, {1, 1, 1, 2}, {1, 0, 1, 3}});
    LearnedSequences learned = LearnedSequences.of(rows, data(rows, 2, 2), 10);
    assertThat(learned.judged()).isFalse();
    assertThat(learned.sequences()).hasSize(2);
  }

  @Test
  void longHistoriesAreCutAndNothingIsLostOrTwice() {
    Random random = new Random(SEED);
    for (int length : new int[] {1, 3, 7}) {
      int[][] all = new int[200][];
      for (int row = 0; row < all.length; row++) {
        all[row] = new int[] {random.nextInt(4), random.nextInt(9), random.nextInt(2), row / 3};
      }
      Interactions rows = rows(all);
      LearnedSequences learned = LearnedSequences.of(rows, data(rows, 4, 9), length);
      int tokens = 0;
      int judged = 0;
      for (LabelledSequence sequence : learned.sequences()) {
        assertThat(sequence.items()).hasSizeLessThanOrEqualTo(length);
        tokens += sequence.items().length;
        judged += sequence.candidates().length;
      }
      assertThat(tokens).as("seed %d, length %d", SEED, length).isEqualTo(all.length);
      assertThat(judged).as("seed %d, length %d", SEED, length).isEqualTo(all.length);
    }
  }
}
