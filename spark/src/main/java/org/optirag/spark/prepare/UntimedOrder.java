package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.md5;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Rules;

/**
 * Gives rows without times their place in the order as time. What a user did last comes after what
 * all others did before, so that it can be held out; where the source has a split of its own, its
 * validation and test rows come last instead.
 *
 * @param order of the rows
 * @param parted whether the source has a split of its own
 * @param size how many rows there are
 */
record UntimedOrder(Rules.Order order, boolean parted, long size) {

  Dataset<Row> apply(Dataset<Row> rows, Dataset<Row> users, Dataset<Row> items) {
    Dataset<Row> placed = order == Rules.Order.FILE ? inFile(rows) : drawn(rows, users, items);
    WindowSpec ofUser = Window.partitionBy("u");
    Column fromTheEnd = row_number().over(ofUser.orderBy(col("at").desc()));
    Column round =
        parted
            ? when(col("part").equalTo((byte) Part.VALIDATION.ordinal()), 1)
                .when(col("part").equalTo((byte) Part.TEST.ordinal()), 2)
                .otherwise(0)
            : when(col("rows").lt(3), 0)
                .when(col("after").equalTo(1), 2)
                .when(col("after").equalTo(2), 1)
                .otherwise(0);
    return placed
        .withColumn("rows", count(lit(1)).over(ofUser))
        .withColumn("after", fromTheEnd)
        .withColumn("round", round)
        .withColumn(
            "time",
            when(col("round").equalTo(0), col("at")).otherwise(lit(size).plus(col("round"))))
        .withColumn("place", col("at"))
        .withColumn("line", lit(0L))
        .withColumn("nanos", lit(0));
  }

  private Dataset<Row> inFile(Dataset<Row> rows) {
    return numbered(rows, col("place"), col("line"));
  }

  private Dataset<Row> drawn(Dataset<Row> rows, Dataset<Row> users, Dataset<Row> items) {
    Column draw = md5(concat_ws(" ", col("user_id"), col("item_id")));
    Dataset<Row> named =
        rows.join(users.select(col("u"), col("id").as("user_id")), "u")
            .join(items.select(col("i"), col("id").as("item_id")), "i")
            .withColumn("draw", draw)
            .drop("user_id", "item_id");
    return numbered(named, col("draw"), col("place"), col("line")).drop("draw");
  }

  /** Places count from 1. */
  private Dataset<Row> numbered(Dataset<Row> rows, Column... order) {
    return Numbering.of(rows, size, "at", DataTypes.LongType, order)
        .withColumn("at", col("at").plus(1L));
  }
}
