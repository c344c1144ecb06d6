package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.workspace.Progress;

/** Against hand-computed values, and against PyTorch: src/test/reference/lightgcn.py. */
class LightGcnTest {
  private static final int USERS = 600;
  private static final int ITEMS = 400;
  private static SafetensorsFile golden;

  @BeforeAll
  static void open() throws Exception {
    golden =
        SafetensorsFile.open(
            Path.of(
                Objects.requireNonNull(
                        LightGcnTest.class.getResource("/golden/lightgcn.safetensors"))
                    .toURI()));
  }

  @AfterAll
  static void close() {
    golden.close();
  }

  @Test
  void anEpochOfALargeGraphHasTwentyFiveSteps() {
    LightGcnTrainer.Settings published = LightGcnTrainer.Settings.DEFAULT;
    assertThat(LightGcnTrainer.Settings.forEdges(0)).isEqualTo(published);
    assertThat(LightGcnTrainer.Settings.forEdges(51_200)).isEqualTo(published); // 25 steps of 2048
    LightGcnTrainer.Settings larger = LightGcnTrainer.Settings.forEdges(102_400);
    assertThat(larger.batch()).isEqualTo(4096);
    assertThat(larger.learningRate()).isEqualTo(2e-3);
    LightGcnTrainer.Settings largest = LightGcnTrainer.Settings.forEdges(25_000_000);
    assertThat(largest.batch()).isEqualTo(1_000_000);
    assertThat(largest.learningRate()).isEqualTo(1e-2);
  }

  @Test
  void propagatesAsComputedByHand() {
    // u0 - i0, u0 - i1, u1 - i1: degrees 2, 1 and 1, 2.
    Graph graph = Graph.ofEdges(new int[] {0, 0, 1, 0}, new int[] {0, 1, 1, 1}, 2, 2);
    assertThat(graph.edges()).isEqualTo(3);
    LightGcn two =
        LightGcn.propagate(
            graph,
            new Embeddings(2, 1, new float[] {1, 2}),
            new Embeddings(2, 1, new float[] {3, 5}),
            2);
    double r2 = Math.sqrt(2);
    // First layer: u0 = 3/√2 + 5/2, u1 = 5/√2, i0 = 1/√2, i1 = 1/2 + 2/√2.
    double u0 = 3 / r2 + 2.5;
    double u1 = 5 / r2;
    double i0 = 1 / r2;
    double i1 = 0.5 + 2 / r2;
    // Second layer from the first.
    assertThat(two.users().values()[0])
        .isCloseTo((float) ((1 + u0 + i0 / r2 + i1 / 2) / 3), within(1e-6f));
    assertThat(two.users().values()[1]).isCloseTo((float) ((2 + u1 + i1 / r2) / 3), within(1e-6f));
    assertThat(two.items().values()[0]).isCloseTo((float) ((3 + i0 + u0 / r2) / 3), within(1e-6f));
    assertThat(two.items().values()[1])
        .isCloseTo((float) ((5 + i1 + u0 / 2 + u1 / r2) / 3), within(1e-6f));
    assertThat(two.itemsBelow().values()[1]).isCloseTo((float) ((5 + i1) / 2), within(1e-6f));
  }

  @Test
  void usersAndItemsWithoutEdgesKeepOnlyTheirOwnShare() {
    Graph graph = Graph.ofEdges(new int[] {1}, new int[] {1}, 3, 2);
    LightGcn model =
        LightGcn.propagate(
            graph,
            new Embeddings(3, 1, new float[] {4, 4, 4}),
            new Embeddings(2, 1, new float[] {4, 4}),
            3);
    assertThat(model.users().values()).containsExactly(1, 4, 1);
    assertThat(model.items().values()).containsExactly(1, 4);
  }

  @Test
  void theClosedFormGradientEqualsAutomaticDifferentiation() {
    float[] triples = golden.read("triples");
    int n = triples.length / 3;
    LightGcnTrainer.Settings settings = LightGcnTrainer.Settings.DEFAULT;
    BprGradient gradient =
        new BprGradient(graph("train"), settings.layers(), 8, settings.regularization());
    float[][] users = new Embeddings(USERS, 8, golden.read("users0")).toRows();
    float[][] items = new Embeddings(ITEMS, 8, golden.read("items0")).toRows();
    // Twice: nothing of the first call may stay in its arrays.
    for (int times = 0; times < 2; times++) {
      double loss =
          gradient.compute(
              users, items, ints(triples, 0, n), ints(triples, n, n), ints(triples, 2 * n, n));
      assertThat(loss).isCloseTo(golden.read("loss")[0], within(1e-6));
      assertClose(Embeddings.scaled(gradient.users(), 1).values(), golden.read("user_gradient"));
      assertClose(Embeddings.scaled(gradient.items(), 1).values(), golden.read("item_gradient"));
      gradient.compute(users, items, new int[] {0}, new int[] {1}, new int[] {2});
    }
  }

  @Test
  void trainingReachesTheReferencesRecallAndNdcg() {
    Graph train = graph("train");
    Graph test = graph("test");
    Graph none = Graph.empty(USERS, ITEMS);
    float[] reference = golden.read("figures");
    double recall = 0;
    double ndcg = 0;
    for (long seed = 0; seed < 2; seed++) {
      LightGcnTrainer.Settings settings =
          new LightGcnTrainer.Settings(64, 3, 1e-3, 1e-4, 2048, 400, 0, 1, seed);
      LightGcn model = LightGcnTrainer.train(train, none, settings, Progress.silent()).model();
      RankingMetrics metrics = RankingMetrics.of(model, train, test, 20);
      recall += metrics.recall() / 2;
      ndcg += metrics.ndcg() / 2;
    }
    assertThat(recall).isCloseTo(reference[0], Percentage.withPercentage(3));
    assertThat(ndcg).isCloseTo(reference[1], Percentage.withPercentage(3));
  }

  @Test
  void theSameSeedGivesTheSameEmbeddings() {
    LightGcnTrainer.Settings settings =
        new LightGcnTrainer.Settings(16, 2, 1e-2, 1e-4, 512, 3, 0, 1, 5);
    Graph train = graph("train");
    float[] once =
        LightGcnTrainer.train(train, graph("test"), settings, Progress.silent())
            .model()
            .users()
            .values();
    float[] again =
        LightGcnTrainer.train(train, graph("test"), settings, Progress.silent())
            .model()
            .users()
            .values();
    assertThat(again).isEqualTo(once);
  }

  @Test
  void aUserFoldedInFromHisOwnItemsFindsHimself() {
    Graph train = graph("train");
    LightGcn model =
        LightGcnTrainer.train(
                train, graph("test"), LightGcnTrainer.Settings.DEFAULT, Progress.silent())
            .model();
    int found = 0;
    try (UserIndex index = UserIndex.of(model.users())) {
      for (int user = 0; user < USERS; user++) {
        float[] folded = model.foldIn(train.itemsOf(user), train);
        int asked = user;
        found += index.nearest(folded, 5, -1).stream().anyMatch(s -> s.user() == asked) ? 1 : 0;
      }
    }
    // By chance one user in a hundred would be among the five nearest of 600.
    assertThat(found / (double) USERS).as("found among the five nearest").isGreaterThan(0.4);
  }

  private static Graph graph(String name) {
    float[] pairs = golden.read(name);
    int[] u = new int[pairs.length / 2];
    int[] i = new int[u.length];
    for (int e = 0; e < u.length; e++) {
      u[e] = (int) pairs[2 * e];
      i[e] = (int) pairs[2 * e + 1];
    }
    return Graph.ofEdges(u, i, USERS, ITEMS);
  }

  private static int[] ints(float[] values, int from, int count) {
    int[] ints = new int[count];
    for (int i = 0; i < count; i++) {
      ints[i] = (int) values[from + i];
    }
    return ints;
  }

  private static void assertClose(float[] found, float[] expected) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(error / norm)).isLessThan(1e-5);
  }
}
