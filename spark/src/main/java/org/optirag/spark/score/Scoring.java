package org.optirag.spark.score;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.workspace.UserException;

/** Click probabilities for a table of users and items. */
public final class Scoring {
  private Scoring() {}

  /**
   * Names the things to score with; their checksums are taken here, so that every executor can tell
   * that it holds the same.
   *
   * @throws UserException if there is no such bundle or data set
   */
  public static ScoringSettings settings(
      String bundle,
      String data,
      @Nullable String graph,
      String policy,
      DType dtype,
      int candidates) {
    return settings(bundle, data, graph, null, policy, dtype, candidates);
  }

  /**
   * The same with what happened since the data were imported.
   *
   * @param events a file of JSON lines as the service's feedback takes them, on every node; or null
   * @throws UserException if there is no such bundle or data set
   */
  public static ScoringSettings settings(
      String bundle,
      String data,
      @Nullable String graph,
      @Nullable String events,
      String policy,
      DType dtype,
      int candidates) {
    return new ScoringSettings(
        bundle,
        data,
        Fetched.sha256(bundle, "bundle.json"),
        Fetched.sha256(data, "dataset.json"),
        graph,
        events,
        policy,
        dtype,
        candidates);
  }

  /**
   * The requests of a table: ids as texts, one item a row.
   *
   * @param table with the columns user, item or items (a list), and perhaps time
   * @throws UserException if it lacks one
   */
  static Dataset<Row> requests(Dataset<Row> table) {
    List<String> columns = Arrays.asList(table.columns());
    if (!columns.contains("user") || !(columns.contains("item") || columns.contains("items"))) {
      throw new UserException(
          "The impressions have the columns " + columns + ".",
          "Give user and item, or user and items (a list), and time where it matters.");
    }
    Column time = columns.contains("time") ? col("time").cast("long") : lit(null).cast("long");
    Column item = columns.contains("item") ? col("item") : explode(col("items"));
    return table
        .select(col("user").cast("string"), item.as("item"), time.as("time"))
        .withColumn("item", col("item").cast("string"));
  }

  /**
   * Scores a table. All rows of a user meet in one partition, in a fixed order, so that the answer
   * depends on the rows alone and not on how they were spread.
   *
   * @param table with the columns user, item or items (a list), and perhaps time: without it, or
   *     where it is null, the moment after all that the data know
   * @param partitions tasks
   * @return user, item, time, pctr, exit_block, unscored; without probability, and with the reason
   *     why, where the data do not know the user or the item
   */
  public static Dataset<Row> score(Dataset<Row> table, ScoringSettings settings, int partitions) {
    return score(table, settings, partitions, new ScoreMeter(table.sparkSession()));
  }

  static Dataset<Row> score(
      Dataset<Row> table, ScoringSettings settings, int partitions, ScoreMeter meter) {
    return requests(table)
        .repartition(partitions, xxhash64(col("user")))
        .sortWithinPartitions("user", "time", "item")
        .mapPartitions(
            (MapPartitionsFunction<Row, Row>) rows -> new ScoredRows(rows, settings, meter),
            Encoders.row(ScoredRows.SCHEMA));
  }
}
