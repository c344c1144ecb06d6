package org.optirag.spark.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.storage.StorageLevel;
import org.optirag.retrieval.LightGcn;
import scala.Tuple2;

/**
 * Light graph convolution (LightGCN, arXiv 2002.02126, eqs. 3 and 4) over a {@link BlockGraph}: the
 * mean of E, ÂE, …, Â^K E by Horner's rule, Y_0 = E, Y_k = E + Â Y_{k-1}.
 *
 * <p>A step shuffles each row of an item once to every block of users that touches it, and one
 * partial sum back: 2 · 4 · dimension bytes for each of these pairs. Sums are taken in a fixed
 * order, so the result does not depend on who was faster.
 *
 * @param users mean of the users' layers 0…K
 * @param items mean of the items' layers 0…K
 * @param itemsBelow mean of the items' layers 0…K−1; folds in new users
 */
public record BlockPropagation(
    BlockEmbeddings users, BlockEmbeddings items, BlockEmbeddings itemsBelow) {
  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK_SER();

  /** A piece of a block on its way: the rows that one block has to do with in another. */
  private record Message(int from, float[] values) implements java.io.Serializable {}

  /**
   * Propagates.
   *
   * @param users E^(0) of the users, in the graph's blocks
   * @param items E^(0) of the items, in the graph's blocks
   * @param layers K, at least 1
   */
  public static BlockPropagation of(
      BlockGraph graph, BlockEmbeddings users, BlockEmbeddings items, int layers) {
    if (layers < 1) {
      throw new IllegalArgumentException(layers + " layers, at least 1");
    }
    int dimension = users.dimension();
    JavaPairRDD<Integer, float[]> u0 = users.values().persist(LEVEL);
    JavaPairRDD<Integer, float[]> i0 = items.values().persist(LEVEL);
    JavaPairRDD<Integer, float[]> u = u0;
    JavaPairRDD<Integer, float[]> i = i0;
    JavaPairRDD<Integer, float[]> below = i0;
    for (int layer = 1; layer <= layers; layer++) {
      JavaPairRDD<Integer, float[]> nextU = toUsers(graph, i, u0, dimension).persist(LEVEL);
      JavaPairRDD<Integer, float[]> nextI = toItems(graph, u, i0, dimension).persist(LEVEL);
      nextU.count(); // now, so that the step before it can be let go
      nextI.count();
      if (layer > 1) {
        u.unpersist();
      }
      if (layer > 2) {
        below.unpersist();
      }
      below = i;
      u = nextU;
      i = nextI;
    }
    return new BlockPropagation(
        scaled(u, users, layers + 1), scaled(i, items, layers + 1), scaled(below, items, layers));
  }

  private static BlockEmbeddings scaled(
      JavaPairRDD<Integer, float[]> sums, BlockEmbeddings like, int layers) {
    float factor = 1f / layers;
    JavaPairRDD<Integer, float[]> means =
        sums.mapValues(block -> {
          float[] mean = new float[block.length];
          for (int n = 0; n < mean.length; n++) {
            mean[n] = factor * block[n];
          }
          return mean;
        });
    return new BlockEmbeddings(means, like.rows(), like.blocks(), like.dimension());
  }

  private static JavaPairRDD<Integer, float[]> toUsers(
      BlockGraph graph,
      JavaPairRDD<Integer, float[]> items,
      JavaPairRDD<Integer, float[]> base,
      int dimension) {
    JavaPairRDD<Integer, Message> messages =
        graph
            .itemBlocks()
            .join(items, graph.byItems())
            .flatMapToPair(block -> {
              ItemBlock known = block._2()._1();
              float[] values = block._2()._2();
              int from = block._1();
              return java.util.stream.IntStream.range(0, known.userBlocks().length)
                  .mapToObj(which ->
                      new Tuple2<>(
                          known.userBlocks()[which],
                          new Message(from, known.scaledRows(which, values, dimension))))
                  .iterator();
            });
    return graph
        .edgeBlocks()
        .cogroup(base, messages, graph.byUsers())
        .mapValues(block -> {
          EdgeBlock edges = block._1().iterator().next();
          float[] table = new float[edges.rows().length * dimension];
          for (Message message : block._3()) {
            System.arraycopy(
                message.values(),
                0,
                table,
                edges.segments()[message.from()] * dimension,
                message.values().length);
          }
          return plus(edges.gather(table, dimension), block._2());
        });
  }

  private static JavaPairRDD<Integer, float[]> toItems(
      BlockGraph graph,
      JavaPairRDD<Integer, float[]> users,
      JavaPairRDD<Integer, float[]> base,
      int dimension) {
    JavaPairRDD<Integer, Message> messages =
        graph
            .edgeBlocks()
            .join(users, graph.byUsers())
            .flatMapToPair(block -> parts(block._1(), block._2()._1(), block._2()._2(), dimension));
    return graph
        .itemBlocks()
        .cogroup(base, messages, graph.byItems())
        .mapValues(block -> {
          ItemBlock known = block._1().iterator().next();
          float[] sums = new float[known.inverseRoots().length * dimension];
          List<Message> inOrder = new ArrayList<>();
          block._3().forEach(inOrder::add);
          inOrder.sort(Comparator.comparingInt(Message::from));
          for (int which = 0; which < inOrder.size(); which++) {
            known.add(which, inOrder.get(which).values(), sums, dimension);
          }
          for (int n = 0; n < sums.length; n++) {
            sums[n] *= known.inverseRoots()[n / dimension];
          }
          return plus(sums, block._2());
        });
  }

  private static Iterator<Tuple2<Integer, Message>> parts(
      int from, EdgeBlock edges, float[] users, int dimension) {
    float[] sums = edges.scatter(users, dimension);
    List<Tuple2<Integer, Message>> parts = new ArrayList<>();
    for (int b = 0; b + 1 < edges.segments().length; b++) {
      int first = edges.segments()[b];
      int end = edges.segments()[b + 1];
      if (end > first) {
        parts.add(
            new Tuple2<>(
                b,
                new Message(from, Arrays.copyOfRange(sums, first * dimension, end * dimension))));
      }
    }
    return parts.iterator();
  }

  private static float[] plus(float[] sums, Iterable<float[]> base) {
    float[] more = base.iterator().next();
    for (int n = 0; n < sums.length; n++) {
      sums[n] += more[n];
    }
    return sums;
  }

  /** The model in this process: for what one machine can hold. */
  public LightGcn collect() {
    return new LightGcn(users.collect(), items.collect(), itemsBelow.collect());
  }
}
