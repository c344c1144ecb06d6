package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Numbers the requests of a table: an id counts for its user and part. All rows of one get its
 * first time, so that no moment parts them and none of them lies before another.
 */
final class ShownTogether {
  private ShownTogether() {}

  /**
   * Replaces the ids of requests by their numbers, null where a row has none.
   *
   * @param size at least the number of rows
   */
  static Dataset<Row> numbered(Dataset<Row> rows, long size) {
    Column part = coalesce(col("part"), lit((byte) -1));
    Dataset<Row> requests =
        rows.filter("request IS NOT NULL")
            .groupBy(col("u").as("of_user"), part.as("of_part"), col("request").as("of_request"))
            .agg(min(struct("time", "nanos")).as("first"), min(struct("place", "line")).as("seq"));
    Dataset<Row> numbers =
        Numbering.of(requests, size, "r", DataTypes.IntegerType, col("first"), col("seq"));
    Column same =
        col("u")
            .equalTo(col("of_user"))
            .and(part.equalTo(col("of_part")))
            .and(col("request").equalTo(col("of_request")));
    return rows.join(numbers, same, "left")
        .withColumn("time", coalesce(col("first.time"), col("time")))
        .withColumn("nanos", coalesce(col("first.nanos"), col("nanos")))
        .withColumn("request", col("r"))
        .drop("of_user", "of_part", "of_request", "first", "seq", "r");
  }
}
