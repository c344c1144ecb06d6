package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UserIndexTest {
  private static final long SEED = 20260811;

  @Test
  void theNearestAreFoundByCosineWithoutTheAsker() {
    Embeddings users = new Embeddings(5, 2, new float[] {1, 0, 10, 1, 0, 3, -1, 0, 0, 0});
    try (UserIndex index = UserIndex.of(users)) {
      List<UserIndex.Similar> found = index.nearest(new float[] {2, 0}, 3, 0);
      assertThat(found.stream().map(UserIndex.Similar::user)).containsExactly(1, 3);
      assertThat(found.getFirst().similarity())
          .isCloseTo((float) (10 / Math.sqrt(101)), within(1e-6f));
      assertThat(found.getLast().similarity()).isCloseTo(-1, within(1e-6f));
    }
  }

  @Test
  void theGraphIndexFindsNearlyAllThatTheScanFinds() {
    Random random = new Random(SEED);
    int users = 5_000;
    int dimension = 32;
    float[] values = new float[users * dimension];
    float[][] centres = new float[40][dimension];
    for (float[] centre : centres) {
      for (int d = 0; d < dimension; d++) {
        centre[d] = (float) random.nextGaussian();
      }
    }
    for (int user = 0; user < users; user++) {
      for (int d = 0; d < dimension; d++) {
        values[user * dimension + d] = centres[user % 40][d] + 0.5f * (float) random.nextGaussian();
      }
    }
    Embeddings embeddings = new Embeddings(users, dimension, values);
    int hits = 0;
    try (UserIndex exact = new ExactUserIndex(embeddings);
        UserIndex graph = HnswUserIndex.build(embeddings)) {
      for (int query = 0; query < 100; query++) {
        float[] vector = embeddings.row(query * 7);
        List<UserIndex.Similar> expected = exact.nearest(vector, 20, query * 7);
        List<UserIndex.Similar> found = graph.nearest(vector, 20, query * 7);
        assertThat(found).hasSize(20);
        for (UserIndex.Similar similar : found) {
          if (expected.stream().anyMatch(e -> e.user() == similar.user())) {
            hits++;
            float cosine =
                expected.stream()
                    .filter(e -> e.user() == similar.user())
                    .findFirst()
                    .orElseThrow()
                    .similarity();
            assertThat(similar.similarity()).isCloseTo(cosine, within(1e-4f));
          }
        }
      }
    }
    assertThat(hits / 2000.0).as("recall, seed %d", SEED).isGreaterThan(0.95);
  }
}
