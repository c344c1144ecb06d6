package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody is like himself, however the embedding came about that he is compared by. */
class NobodysOwnNeighbourTest {
  private static final long SEED = 20261204;
  private static final int USERS = 30;
  private static final int ITEMS = 25;
  private static final int DIMENSION = 8;
  private static final int NOBODY = Integer.MAX_VALUE;

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aUserIsNotFoundByHisTrainedFoldedInOrGrownEmbedding(boolean approximate) {
    for (int round = 0; round < 20; round++) {
      List<int[]> edges = edges(120, USERS, ITEMS);
      Graph before = graph(edges, USERS, ITEMS);
      LightGcn model = LightGcn.propagate(before, embeddings(USERS), embeddings(ITEMS), 2);
      UserIndex index =
          approximate ? HnswUserIndex.build(model.users()) : new ExactUserIndex(model.users());
      try (GraphSnapshot trained = new GraphSnapshot(before, model, index)) {
        asked(trained, before);
        List<int[]> more = edges(12, USERS + 6, ITEMS + 3);
        edges.addAll(more);
        Graph now = graph(edges, USERS + 6, ITEMS + 3);
        asked(trained.grown(now, more.stream().mapToInt(e -> e[0]).distinct().toArray()), now);
      }
    }
  }

  private void asked(GraphSnapshot snapshot, Graph graph) {
    for (int user : IntStream.range(-1, graph.users() + 2).toArray()) {
      int asking = user < 0 ? NOBODY : user;
      int[] likes = asking < graph.users() ? graph.itemsOf(asking) : new int[] {1, 2};
      List<Behaviour> history =
          Arrays.stream(likes).mapToObj(item -> new Behaviour(item, 5, true, 1)).toList();
      for (boolean outgrown : new boolean[] {false, true}) {
        List<UserIndex.Similar> found = snapshot.similar(asking, history, graph.users(), outgrown);
        assertThat(found)
            .as("seed %d, user %d, outgrown %s", SEED, asking, outgrown)
            .extracting(UserIndex.Similar::user)
            .doesNotHaveDuplicates()
            .doesNotContain(asking);
        assertThat(found.isEmpty()).isEqualTo(likes.length == 0);
      }
    }
  }

  private List<int[]> edges(int count, int users, int items) {
    List<int[]> edges = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      edges.add(new int[] {random.nextInt(users), random.nextInt(items)});
    }
    return edges;
  }

  private static Graph graph(List<int[]> edges, int users, int items) {
    return Graph.ofEdges(
        edges.stream().mapToInt(edge -> edge[0]).toArray(),
        edges.stream().mapToInt(edge -> edge[1]).toArray(),
        users,
        items);
  }

  private Embeddings embeddings(int rows) {
    float[] values = new float[rows * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Embeddings(rows, DIMENSION, values);
  }
}
