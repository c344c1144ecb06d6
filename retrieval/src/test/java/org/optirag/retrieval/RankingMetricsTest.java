package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankingMetricsTest {
  /** Five users of whom the second has nothing held out; items score 3, 2, 1 for everybody. */
  private static final LightGcn MODEL =
      new LightGcn(
          new Embeddings(5, 1, new float[] {1, 1, 1, 1, 1}),
          new Embeddings(3, 1, new float[] {3, 2, 1}),
          new Embeddings(3, 1, new float[] {3, 2, 1}));

  private static final Graph KNOWN = Graph.ofEdges(new int[] {0}, new int[] {0}, 5, 3);
  private static final Graph HELD_OUT =
      Graph.ofEdges(new int[] {0, 2, 3, 3, 4}, new int[] {1, 2, 0, 1, 2}, 5, 3);

  @Test
  void whatIsKnownIsLeftOutOfTheRanking() {
    // The first user's item comes first once the known one is left out, the third's and the
    // fifth's come last, of the fourth's two both are found.
    RankingMetrics metrics = RankingMetrics.of(MODEL, KNOWN, HELD_OUT, 2);
    assertThat(metrics.users()).isEqualTo(4);
    assertThat(metrics.recall()).isCloseTo((1 + 0 + 1 + 0) / 4.0, within(1e-12));
    assertThat(metrics.ndcg()).isCloseTo((1 + 0 + 1 + 0) / 4.0, within(1e-12));
  }

  @Test
  void someUsersAreSpreadOverAll() {
    assertThat(RankingMetrics.of(MODEL, KNOWN, HELD_OUT, 2, 4))
        .isEqualTo(RankingMetrics.of(MODEL, KNOWN, HELD_OUT, 2));
    RankingMetrics two = RankingMetrics.of(MODEL, KNOWN, HELD_OUT, 2, 2);
    assertThat(two.users()).isEqualTo(2);
    assertThat(two.recall()).as("of the first and the fourth").isEqualTo(1);
  }
}
