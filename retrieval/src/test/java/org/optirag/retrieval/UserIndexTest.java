package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    Embeddings embeddings = clustered(new Random(SEED), 5_000);
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

  @Test
  void aGrownIndexFindsChangedAndNewUsersWhereTheyAreNowAndNearlyAllOthers() {
    int before = 5_000;
    int now = 5_100;
    Random random = new Random(SEED);
    Embeddings trained = clustered(random, before);
    Embeddings all = trained.extended(now);
    Embeddings elsewhere = clustered(random, now);
    int[] changed = IntStream.range(0, now).filter(u -> u % 17 == 0 || u >= before).toArray();
    for (int user : changed) {
      all.set(user, elsewhere.row(user));
    }
    Set<Integer> isChanged = IntStream.of(changed).boxed().collect(Collectors.toSet());
    int hits = 0;
    try (UserIndex graph = HnswUserIndex.build(trained);
        UserIndex exact = new ExactUserIndex(all);
        UserIndex grown = UserIndex.grown(graph, all, changed)) {
      assertThat(grown).isInstanceOf(GrownUserIndex.class);
      for (int query = 0; query < 100; query++) {
        int asking = query * 51; // every user that is asked for is a changed or a new one
        List<UserIndex.Similar> expected = exact.nearest(all.row(asking), 20, asking);
        List<UserIndex.Similar> found = grown.nearest(all.row(asking), 20, asking);
        assertThat(found).hasSize(20).doesNotHaveDuplicates();
        assertThat(found).extracting(UserIndex.Similar::user).doesNotContain(asking);
        assertThat(found).isSortedAccordingTo(UserIndex.MOST_SIMILAR_FIRST);
        for (UserIndex.Similar similar : expected) {
          boolean isFound = found.stream().anyMatch(f -> f.user() == similar.user());
          hits += isFound ? 1 : 0;
          if (isChanged.contains(similar.user())) {
            assertThat(isFound).as("seed %d, query %d, %s", SEED, query, similar).isTrue();
          }
        }
      }
    }
    assertThat(hits / 2000.0).as("recall, seed %d", SEED).isGreaterThan(0.95);
  }

  /** Users of forty tastes. */
  private static Embeddings clustered(Random random, int users) {
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
    return new Embeddings(users, dimension, values);
  }
}
