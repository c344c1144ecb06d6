package org.optirag.spark.graph;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The bipartite graph of users and the items they liked, spread over the cluster: the edges lie
 * with their block of users and never move again. What moves in a step of propagation are rows of
 * items, to the blocks of users that touch them and, as partial sums, back.
 */
public final class BlockGraph implements AutoCloseable {
  private final Blocks blocks;
  private final Partitioner byUsers;
  private final Partitioner byItems;
  private final JavaPairRDD<Integer, EdgeBlock> edges;
  private final JavaPairRDD<Integer, ItemBlock> items;

  private BlockGraph(
      Blocks blocks,
      Partitioner byUsers,
      Partitioner byItems,
      JavaPairRDD<Integer, EdgeBlock> edges,
      JavaPairRDD<Integer, ItemBlock> items) {
    this.blocks = blocks;
    this.byUsers = byUsers;
    this.byItems = byItems;
    this.edges = edges;
    this.items = items;
  }

  /**
   * Builds the graph; a pair counts once.
   *
   * @param pairs user and item numbers, as columns "user" and "item"
   */
  public static BlockGraph of(Dataset<Row> pairs, Blocks blocks) {
    JavaSparkContext context = new JavaSparkContext(pairs.sparkSession().sparkContext());
    Partitioner byUsers = new HashPartitioner(blocks.userBlocks());
    Partitioner byItems = new HashPartitioner(blocks.itemBlocks());
    // Sorted by block within a partition, so that one block at a time is in the making.
    JavaPairRDD<Integer, EdgeBlock> found =
        pairs
            .select(
                functions.pmod(functions.col("user"), functions.lit(blocks.userBlocks())).as("b"),
                functions.col("user"),
                functions.col("item"))
            .repartition(blocks.userBlocks(), functions.col("b"))
            .sortWithinPartitions("b")
            .javaRDD()
            .mapPartitionsToPair(rows -> built(rows, blocks));
    JavaPairRDD<Integer, EdgeBlock> none =
        numbers(context, blocks.userBlocks())
            .mapToPair(
                b -> new Tuple2<>(b, EdgeBlock.empty(blocks.usersIn(b), blocks.itemBlocks())));
    JavaPairRDD<Integer, EdgeBlock> edges =
        found
            .union(none)
            .reduceByKey(byUsers, (a, b) -> a.slots().length >= b.slots().length ? a : b)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    JavaPairRDD<Integer, ItemBlock.Touch> touches =
        edges.flatMapToPair(block -> touches(block, blocks).iterator());
    JavaPairRDD<Integer, ItemBlock> items =
        numbers(context, blocks.itemBlocks())
            .mapToPair(b -> new Tuple2<>(b, b))
            .cogroup(touches, byItems)
            .mapToPair(block ->
                new Tuple2<>(block._1(), ItemBlock.of(block._2()._2(), blocks.itemsIn(block._1()))))
            .partitionBy(byItems)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    return new BlockGraph(blocks, byUsers, byItems, edges, items);
  }

  private static org.apache.spark.api.java.JavaRDD<Integer> numbers(
      JavaSparkContext context, int n) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      numbers.add(i);
    }
    return context.parallelize(numbers, Math.min(n, context.defaultParallelism()));
  }

  private static Iterator<Tuple2<Integer, EdgeBlock>> built(Iterator<Row> rows, Blocks blocks) {
    return new Building(rows, blocks);
  }

  /** Rows come block by block: one block at a time is in the making. */
  private static final class Building implements Iterator<Tuple2<Integer, EdgeBlock>> {
    private final Iterator<Row> rows;
    private final Blocks blocks;
    private @Nullable Row next;

    Building(Iterator<Row> rows, Blocks blocks) {
      this.rows = rows;
      this.blocks = blocks;
      this.next = rows.hasNext() ? rows.next() : null;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Tuple2<Integer, EdgeBlock> next() {
      Row first = next;
      if (first == null) {
        throw new NoSuchElementException();
      }
      int block = first.getInt(0);
      EdgeBlock.Builder builder = new EdgeBlock.Builder(blocks, block);
      while (next != null && next.getInt(0) == block) {
        builder.add(next.getInt(1), next.getInt(2));
        next = rows.hasNext() ? rows.next() : null;
      }
      return new Tuple2<>(block, builder.build());
    }
  }

  private static List<Tuple2<Integer, ItemBlock.Touch>> touches(
      Tuple2<Integer, EdgeBlock> block, Blocks blocks) {
    List<Tuple2<Integer, ItemBlock.Touch>> touches = new ArrayList<>();
    EdgeBlock edges = block._2();
    for (int b = 0; b < blocks.itemBlocks(); b++) {
      int from = edges.segments()[b];
      int to = edges.segments()[b + 1];
      if (to > from) {
        touches.add(
            new Tuple2<>(
                b,
                new ItemBlock.Touch(
                    block._1(),
                    java.util.Arrays.copyOfRange(edges.rows(), from, to),
                    java.util.Arrays.copyOfRange(edges.degrees(), from, to))));
      }
    }
    return touches;
  }

  /** How users and items are cut. */
  public Blocks blocks() {
    return blocks;
  }

  Partitioner byUsers() {
    return byUsers;
  }

  Partitioner byItems() {
    return byItems;
  }

  JavaPairRDD<Integer, EdgeBlock> edgeBlocks() {
    return edges;
  }

  JavaPairRDD<Integer, ItemBlock> itemBlocks() {
    return items;
  }

  /** How many pairs of user and item are joined. */
  public long edges() {
    return edges.values().map(block -> (long) block.slots().length).fold(0L, Long::sum);
  }

  @Override
  public void close() {
    edges.unpersist();
    items.unpersist();
  }
}
