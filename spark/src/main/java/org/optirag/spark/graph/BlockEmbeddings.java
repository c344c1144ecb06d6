package org.optirag.spark.graph;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.optirag.retrieval.Embeddings;
import scala.Tuple2;

/**
 * Embeddings of users or of items, a dense array a block: row r of block b is number r * blocks +
 * b.
 *
 * @param values block to [rows, dimension]
 * @param rows how many there are
 * @param blocks how many blocks
 * @param dimension of a row
 */
public record BlockEmbeddings(
    JavaPairRDD<Integer, float[]> values, int rows, int blocks, int dimension) {
  private static final StructType SCHEMA =
      new StructType()
          .add("number", DataTypes.IntegerType, false)
          .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false), false);

  /**
   * Independent normal numbers with the deviation 0.1, as light graph convolution starts; each row
   * depends on the seed and its number alone.
   */
  public static BlockEmbeddings random(
      SparkSession spark, int rows, int blocks, int dimension, long seed) {
    JavaPairRDD<Integer, float[]> values =
        numbers(spark, blocks)
            .mapToPair(b -> {
              float[] block = new float[rowsIn(rows, blocks, b) * dimension];
              for (int i = 0; i < block.length; i++) {
                int number = i / dimension * blocks + b;
                if (i % dimension == 0) {
                  fill(block, i, dimension, seed, number);
                }
              }
              return new Tuple2<>(b, block);
            });
    return new BlockEmbeddings(
        values.partitionBy(new HashPartitioner(blocks)), rows, blocks, dimension);
  }

  private static void fill(float[] block, int from, int length, long seed, int number) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
    for (int d = from; d < from + length; d++) {
      block[d] = (float) (0.1 * random.nextGaussian());
    }
  }

  /**
   * From a table of vectors; rows that it lacks are zero.
   *
   * @param table an integer and an array of floats, as columns "id" and "features"
   */
  public static BlockEmbeddings of(Dataset<Row> table, int rows, int blocks, int dimension) {
    HashPartitioner partitioner = new HashPartitioner(blocks);
    JavaPairRDD<Integer, Tuple2<Integer, float[]>> vectors =
        table
            .select("id", "features")
            .javaRDD()
            .mapToPair(row -> {
              int number = row.getInt(0);
              List<Float> list = row.getList(1);
              float[] vector = new float[dimension];
              for (int d = 0; d < dimension; d++) {
                vector[d] = list.get(d);
              }
              return new Tuple2<>(number % blocks, new Tuple2<>(number / blocks, vector));
            });
    JavaPairRDD<Integer, float[]> values =
        numbers(table.sparkSession(), blocks)
            .mapToPair(b -> new Tuple2<>(b, b))
            .cogroup(vectors, partitioner)
            .mapToPair(block -> {
              float[] dense = new float[rowsIn(rows, blocks, block._1()) * dimension];
              for (Tuple2<Integer, float[]> vector : block._2()._2()) {
                System.arraycopy(vector._2(), 0, dense, vector._1() * dimension, dimension);
              }
              return new Tuple2<>(block._1(), dense);
            })
            .partitionBy(partitioner);
    return new BlockEmbeddings(values, rows, blocks, dimension);
  }

  private static org.apache.spark.api.java.JavaRDD<Integer> numbers(SparkSession spark, int n) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      numbers.add(i);
    }
    return context.parallelize(numbers, Math.min(n, context.defaultParallelism()));
  }

  static int rowsIn(int rows, int blocks, int block) {
    return (rows - block + blocks - 1) / blocks;
  }

  /** As a table: number, embedding. */
  public Dataset<Row> table(SparkSession spark) {
    int length = dimension;
    int stride = blocks;
    return spark.createDataFrame(
        values.flatMap(block -> rows(block._2(), block._1(), stride, length)), SCHEMA);
  }

  private static Iterator<Row> rows(float[] values, int block, int stride, int length) {
    return java.util.stream.IntStream.range(0, values.length / length)
        .mapToObj(row -> {
          Float[] vector = new Float[length];
          for (int d = 0; d < length; d++) {
            vector[d] = values[row * length + d];
          }
          return RowFactory.create(row * stride + block, vector);
        })
        .iterator();
  }

  /** All of them in this process: for what one machine can hold. */
  public Embeddings collect() {
    float[] all = new float[Math.multiplyExact(rows, dimension)];
    for (Tuple2<Integer, float[]> block : values.collect()) {
      for (int row = 0; row * dimension < block._2().length; row++) {
        System.arraycopy(
            block._2(), row * dimension, all, (row * blocks + block._1()) * dimension, dimension);
      }
    }
    return new Embeddings(rows, dimension, all);
  }
}
