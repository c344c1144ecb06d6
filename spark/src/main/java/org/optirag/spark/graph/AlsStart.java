package org.optirag.spark.graph;

import static org.apache.spark.sql.functions.lit;

import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * E^(0) by alternating least squares on implicit feedback (Hu, Koren and Volinsky 2008), which
 * needs no gradient of the whole graph and spreads well.
 *
 * @param dimension of the embeddings
 * @param iterations over users and items
 * @param regularization λ
 * @param alpha how much more a pair counts than one that was never seen
 * @param seed of the first embeddings
 */
public record AlsStart(
    int dimension, int iterations, double regularization, double alpha, long seed) {
  /** Chosen on the validation part of MovieLens-100K; see docs/scale-out.md. */
  public static final AlsStart DEFAULT = new AlsStart(64, 8, 0.1, 1, 20250104);

  /** What was learned. */
  public record Start(BlockEmbeddings users, BlockEmbeddings items) {}

  /**
   * Learns.
   *
   * @param pairs user and item numbers, each pair once
   */
  public Start learn(Dataset<Row> pairs, Blocks blocks) {
    ALSModel model =
        new ALS()
            .setImplicitPrefs(true)
            .setRank(dimension)
            .setMaxIter(iterations)
            .setRegParam(regularization)
            .setAlpha(alpha)
            .setSeed(seed)
            .setNumUserBlocks(blocks.userBlocks())
            .setNumItemBlocks(blocks.itemBlocks())
            .setUserCol("user")
            .setItemCol("item")
            .setRatingCol("rating")
            .fit(pairs.select("user", "item").withColumn("rating", lit(1f)));
    return new Start(
        BlockEmbeddings.of(model.userFactors(), blocks.users(), blocks.userBlocks(), dimension),
        BlockEmbeddings.of(model.itemFactors(), blocks.items(), blocks.itemBlocks(), dimension));
  }
}
