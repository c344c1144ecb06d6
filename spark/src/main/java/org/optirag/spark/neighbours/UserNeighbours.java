package org.optirag.spark.neighbours;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.optirag.retrieval.Embeddings;
import org.optirag.spark.graph.BlockEmbeddings;
import scala.Tuple2;

/** The most similar users of each user, by the cosine of their embeddings. */
public final class UserNeighbours {
  private static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add(
              "neighbours",
              DataTypes.createArrayType(
                  new StructType()
                      .add("user", DataTypes.IntegerType, false)
                      .add("similarity", DataTypes.FloatType, false),
                  false),
              false);

  private final SparkSession spark;
  private final BlockEmbeddings users;
  private final JavaPairRDD<Integer, float[]> unit;
  private final int most;

  /**
   * @param most neighbours of each user
   */
  public UserNeighbours(SparkSession spark, BlockEmbeddings users, int most) {
    this.spark = spark;
    this.users = users;
    this.most = most;
    int dimension = users.dimension();
    this.unit =
        users
            .values()
            .mapValues(block ->
                new Embeddings(block.length / dimension, dimension, block).normalized().values())
            .persist(org.apache.spark.storage.StorageLevel.MEMORY_AND_DISK_SER());
  }

  /** Compares all pairs, a block with a block: the truth, at the square of the users' number. */
  public Dataset<Row> exact() {
    int dimension = users.dimension();
    int blocks = users.blocks();
    int count = most;
    return table(
        unit.cartesian(unit)
            .flatMapToPair(pair -> {
              List<Bucket.Member> members = members(pair._1(), blocks, dimension, false, true);
              members.addAll(members(pair._2(), blocks, dimension, true, false));
              return answers(members, count, true);
            })
            .reduceByKey(TopList::merge));
  }

  /**
   * The same for some users alone.
   *
   * @param asking numbers of users, few enough for every executor
   */
  public Dataset<Row> exact(int[] asking) {
    int dimension = users.dimension();
    int blocks = users.blocks();
    int count = most;
    java.util.Set<Integer> wanted = new java.util.HashSet<>();
    java.util.Arrays.stream(asking).forEach(wanted::add);
    List<Bucket.Member> questions =
        unit.flatMap(block ->
                members(block, blocks, dimension, false, true).stream()
                    .filter(member -> wanted.contains(member.user()))
                    .iterator())
            .collect();
    Broadcast<List<Bucket.Member>> known =
        new JavaSparkContext(spark.sparkContext()).broadcast(new ArrayList<>(questions));
    return table(
        unit.flatMapToPair(
                block -> {
                  List<Bucket.Member> members = members(block, blocks, dimension, true, false);
                  members.addAll(known.value());
                  return answers(members, count, true);
                })
            .reduceByKey(TopList::merge));
  }

  /** Compares those alone that random planes do not part. */
  public Dataset<Row> approximate(Projections projections) {
    int dimension = users.dimension();
    int blocks = users.blocks();
    int count = most;
    return table(
        unit.flatMapToPair(block ->
                java.util.stream.IntStream.range(0, projections.tables())
                    .boxed()
                    .flatMap(table -> spread(block, table, projections, blocks, dimension))
                    .iterator())
            .groupByKey(Math.max(blocks, unit.getNumPartitions()))
            .flatMapToPair(bucket -> {
              List<Bucket.Member> members = new ArrayList<>();
              bucket._2().forEach(members::add);
              return answers(members, count, false);
            })
            .reduceByKey(TopList::merge));
  }

  private static java.util.stream.Stream<Tuple2<Long, Bucket.Member>> spread(
      Tuple2<Integer, float[]> block, int table, Projections how, int blocks, int dimension) {
    float[][] planes = how.planes(table, dimension);
    return members(block, blocks, dimension, true, true).stream()
        .flatMap(member -> {
          long[] buckets = how.buckets(planes, member.unit(), 0);
          List<Tuple2<Long, Bucket.Member>> sent = new ArrayList<>();
          for (int b = 0; b < buckets.length; b++) {
            sent.add(
                new Tuple2<>(
                    (long) table << 40 | buckets[b],
                    new Bucket.Member(member.user(), b == 0, true, member.unit())));
          }
          return sent.stream();
        });
  }

  private static List<Bucket.Member> members(
      Tuple2<Integer, float[]> block, int blocks, int dimension, boolean found, boolean asks) {
    List<Bucket.Member> members = new ArrayList<>();
    float[] values = block._2();
    for (int row = 0; row * dimension < values.length; row++) {
      float[] vector = java.util.Arrays.copyOfRange(values, row * dimension, (row + 1) * dimension);
      members.add(new Bucket.Member(row * blocks + block._1(), found, asks, vector));
    }
    return members;
  }

  private static Iterator<Tuple2<Integer, TopList>> answers(
      List<Bucket.Member> members, int most, boolean whole) {
    List<Tuple2<Integer, TopList>> answers = new ArrayList<>();
    Bucket.Answer give = (user, list) -> answers.add(new Tuple2<>(user, list));
    if (whole) {
      Bucket.products(members, most, give);
    } else {
      Bucket.answer(members, most, members.size(), give);
    }
    return answers.iterator();
  }

  private Dataset<Row> table(JavaPairRDD<Integer, TopList> lists) {
    return spark.createDataFrame(
        lists.map(entry -> {
          Row[] neighbours = new Row[entry._2().size()];
          for (int rank = 0; rank < neighbours.length; rank++) {
            neighbours[rank] =
                RowFactory.create(entry._2().user(rank), entry._2().similarity(rank));
          }
          return RowFactory.create(entry._1(), neighbours);
        }),
        SCHEMA);
  }

  /**
   * The share of the true neighbours that were found, over the users of {@code exact}.
   *
   * @param exact as {@link #exact(int[])} gives it
   * @param found as {@link #approximate} gives it
   */
  public static double recall(Dataset<Row> exact, Dataset<Row> found) {
    Row sums =
        exact
            .selectExpr("user", "neighbours.user AS wanted")
            .join(found.selectExpr("user", "neighbours.user AS got"), "user", "left")
            .selectExpr(
                "sum(size(wanted))", "sum(size(array_intersect(wanted, coalesce(got, array()))))")
            .head();
    return (double) sums.getLong(1) / sums.getLong(0);
  }
}
