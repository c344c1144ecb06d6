package org.optirag.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PermutedLabelsTest {
  private static final int ROWS = 4_000;

  /** Item 0 is always liked and item 1 never; the last quarter is held out and never liked. */
  private static Dataset data(PublishedSplit split) {
    int[] items = IntStream.range(0, ROWS).map(row -> row % 2).toArray();
    float[] ratings = new float[ROWS];
    boolean[] labels = new boolean[ROWS];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = row < ROWS * 3 / 4 && row % 2 == 0;
      ratings[row] = labels[row] ? 5 : 1;
    }
    return new Dataset(
        "two",
        "pot",
        new Users(new IdIndex(List.of("u")), List.of(List.of())),
        new Items(
            new IdIndex(List.of("a", "b")), List.of("a", "b"), Collections.nCopies(2, List.of())),
        new Interactions(
            new int[ROWS],
            items,
            ratings,
            labels,
            IntStream.range(0, ROWS).asLongStream().toArray()),
        split,
        true);
  }

  private static double rate(Interactions rows, int item) {
    Interactions of = rows.filter(row -> rows.item(row) == item);
    return of.labelRate();
  }

  @Test
  void nothingTellsAnItemFromAnother() {
    Interactions dealt = data(PublishedSplit.none()).permuted(3).interactions();
    assertThat(dealt.labelRate()).isEqualTo(0.375);
    assertThat(rate(dealt, 0)).isBetween(0.34, 0.41); // 0.375, three standard deviations
    assertThat(rate(dealt, 1)).isBetween(0.34, 0.41);
  }

  @Test
  void ratingsGoWithTheirLabelsAndPartsKeepTheirs() {
    Part[] parts = new Part[ROWS];
    for (int row = 0; row < ROWS; row++) {
      parts[row] = row < ROWS * 3 / 4 ? Part.TRAIN : Part.TEST;
    }
    Interactions dealt = data(PublishedSplit.of(parts)).permuted(3).interactions();
    for (int row = 0; row < ROWS; row++) {
      assertThat(dealt.label(row)).isEqualTo(dealt.rating(row) == 5);
      assertThat(dealt.label(row) && parts[row] == Part.TEST).isFalse();
    }
    assertThat(dealt.labelRate()).isEqualTo(0.375);
  }

  @Test
  void theSameSeedDealsTheSame() {
    Dataset data = data(PublishedSplit.none());
    assertThat(labels(data.permuted(9))).isEqualTo(labels(data.permuted(9)));
    assertThat(labels(data.permuted(9))).isNotEqualTo(labels(data.permuted(10)));
  }

  private static List<Boolean> labels(Dataset data) {
    Interactions rows = data.interactions();
    return IntStream.range(0, ROWS).mapToObj(rows::label).toList();
  }
}
