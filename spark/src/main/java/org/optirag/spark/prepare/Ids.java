package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;

/**
 * Users or items with their numbers.
 *
 * @param rows id, key and number
 * @param count how many they are
 * @param key the column of the numbers that rows know them by: those before the core was taken
 * @param same whether their final numbers are the same
 */
record Ids(Dataset<Row> rows, long count, String key, boolean same) {
  /** Ids that every executor can hold; a join with more is spread. */
  private static final long FEW = 500_000;

  /**
   * Numbers the distinct of some ids.
   *
   * @param ids a column id
   * @param size at least how many they are
   */
  static Ids numbered(Dataset<Row> ids, long size, String key) {
    Dataset<Row> rows = Numbering.ids(ids.distinct(), size, key).persist(StorageLevel.DISK_ONLY());
    return new Ids(rows, rows.count(), key, true);
  }

  /** Those that rows still speak of, numbered 0, 1, 2, … in the order that they have. */
  Ids left(Dataset<Row> kept) {
    Dataset<Row> some = rows.join(kept.select(key).distinct(), key);
    Dataset<Row> numbered =
        Numbering.of(some, count, "number", DataTypes.IntegerType, col(key).asc())
            .persist(StorageLevel.DISK_ONLY());
    return new Ids(numbered, numbered.count(), key, false);
  }

  /** The rows, for a join. */
  Dataset<Row> spread() {
    return spread(rows);
  }

  /** Gives rows that know the key a column with the final numbers. */
  Dataset<Row> renumber(Dataset<Row> others, String column) {
    return same
        ? others.withColumn(column, col(key))
        : others.join(spread(rows.select(col(key), col("number").as(column))), key);
  }

  /** number, id. */
  Dataset<Row> table() {
    return rows.select(col(same ? key : "number").as("number"), col("id"));
  }

  private Dataset<Row> spread(Dataset<Row> table) {
    return count <= FEW ? broadcast(table) : table;
  }
}
