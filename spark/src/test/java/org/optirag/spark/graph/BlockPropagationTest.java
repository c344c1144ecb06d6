package org.optirag.spark.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.RankingMetrics;
import org.optirag.spark.LocalSpark;

final class BlockPropagationTest {
  private static final long SEED = 7;

  private final SparkSession spark = LocalSpark.session();

  /** Two users, two items, three edges; worked out by hand. */
  @Test
  void oneStepGivesEachSideTheOthersRowsByTheRootsOfTheirDegrees() {
    Dataset<Row> pairs = pairs(new int[] {0, 0, 1}, new int[] {0, 1, 1});
    Blocks blocks = new Blocks(2, 2, 2, 1);
    try (BlockGraph graph = BlockGraph.of(pairs, blocks)) {
      assertThat(graph.edges()).isEqualTo(3);
      LightGcn model =
          BlockPropagation.of(graph, embeddings(2, 2, 4, 8), embeddings(2, 1, 16, 32), 1).collect();
      double root2 = Math.sqrt(2);
      assertThat((double) model.users().values()[0])
          .isCloseTo((4 + 16 / root2 + 32 / 2.0) / 2, within(1e-6));
      assertThat((double) model.users().values()[1]).isCloseTo((8 + 32 / root2) / 2, within(1e-6));
      assertThat((double) model.items().values()[0]).isCloseTo((16 + 4 / root2) / 2, within(1e-6));
      assertThat(model.itemsBelow().values()).containsExactly(16, 32);
    }
  }

  @Test
  void equalsTheSingleMachineOnAnyCutIntoBlocks() {
    Random random = new Random(SEED);
    int users = 211;
    int items = 83;
    int[] u = random.ints(2_000, 0, users - 3).toArray(); // the last have no edges
    int[] i = random.ints(2_000, 0, items - 2).map(n -> n * n / items).toArray();
    for (int layers : new int[] {1, 3}) {
      Blocks blocks = new Blocks(users, items, 5, 3);
      BlockEmbeddings e0 = BlockEmbeddings.random(spark, users, 5, 16, SEED);
      BlockEmbeddings i0 = BlockEmbeddings.random(spark, items, 3, 16, SEED + 1);
      try (BlockGraph graph = BlockGraph.of(pairs(u, i), blocks)) {
        LightGcn expected =
            LightGcn.propagate(
                Graph.ofEdges(u, i, users, items), e0.collect(), i0.collect(), layers);
        LightGcn found = BlockPropagation.of(graph, e0, i0, layers).collect();
        String as = "seed %d, %d layers".formatted(SEED, layers);
        assertClose(as, found.users(), expected.users());
        assertClose(as, found.items(), expected.items());
        assertClose(as, found.itemsBelow(), expected.itemsBelow());
      }
    }
  }

  @Test
  void theStartDoesNotDependOnTheCut() {
    assertThat(BlockEmbeddings.random(spark, 50, 7, 8, SEED).collect().values())
        .containsExactly(BlockEmbeddings.random(spark, 50, 2, 8, SEED).collect().values());
  }

  /** Users of two tastes; what is held out is of the same taste. */
  @Test
  void leastSquaresAndPropagationFindPlantedTastes() {
    Random random = new Random(SEED);
    int users = 120;
    int items = 60;
    List<int[]> train = new ArrayList<>();
    List<int[]> heldOut = new ArrayList<>();
    for (int user = 0; user < users; user++) {
      for (int n = 0; n < 12; n++) {
        (n < 9 ? train : heldOut).add(new int[] {user, 2 * random.nextInt(items / 2) + user % 2});
      }
    }
    int[] u = train.stream().mapToInt(pair -> pair[0]).toArray();
    int[] i = train.stream().mapToInt(pair -> pair[1]).toArray();
    Graph known = Graph.ofEdges(u, i, users, items);
    Graph wanted =
        Graph.ofEdges(
            heldOut.stream().filter(p -> !known.has(p[0], p[1])).mapToInt(p -> p[0]).toArray(),
            heldOut.stream().filter(p -> !known.has(p[0], p[1])).mapToInt(p -> p[1]).toArray(),
            users,
            items);
    Blocks blocks = new Blocks(users, items, 2, 2);
    Dataset<Row> pairs = pairs(u, i).distinct();
    AlsStart.Start start = new AlsStart(8, 5, 0.1, 10, SEED).learn(pairs, blocks);
    try (BlockGraph graph = BlockGraph.of(pairs, blocks)) {
      LightGcn model = BlockPropagation.of(graph, start.users(), start.items(), 2).collect();
      // 23 items of the right taste are left on average: a blind guess among them finds 0.86.
      assertThat(RankingMetrics.of(model, known, wanted, 20).recall())
          .as("seed %d", SEED)
          .isGreaterThan(0.8);
    }
  }

  private static void assertClose(String as, Embeddings found, Embeddings expected) {
    assertThat(found.values()).as(as).hasSameSizeAs(expected.values());
    for (int n = 0; n < found.values().length; n++) {
      assertThat(found.values()[n])
          .as(as + ", value " + n)
          .isCloseTo(expected.values()[n], within(1e-6f));
    }
  }

  private BlockEmbeddings embeddings(int rows, int blocks, float... values) {
    List<Row> list = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      list.add(RowFactory.create(row, new Float[] {values[row]}));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.IntegerType)
            .add("features", DataTypes.createArrayType(DataTypes.FloatType));
    return BlockEmbeddings.of(spark.createDataFrame(list, schema), rows, blocks, 1);
  }

  private Dataset<Row> pairs(int[] u, int[] i) {
    List<Row> rows = new ArrayList<>();
    for (int e = 0; e < u.length; e++) {
      rows.add(RowFactory.create(u[e], i[e]));
    }
    return spark.createDataFrame(
        rows,
        new StructType().add("user", DataTypes.IntegerType).add("item", DataTypes.IntegerType));
  }
}
