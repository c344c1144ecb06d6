package org.optirag.spark.prepare;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Sorts whole tables. */
final class TotalOrder {
  /**
   * The setting of a session that says how many rows one task sorts by itself: it has them sorted
   * sooner than a sample is drawn to deal them to several.
   */
  static final String BY_ONE_TASK = "spark.optirag.sort.rowsOfOneTask";

  private static final String USUAL = "4000000";

  private TotalOrder() {}

  /** Whether so many rows are sorted by one task, which reads them once. */
  static boolean byOneTask(SparkSession spark, long size) {
    return size <= Long.parseLong(spark.conf().get(BY_ONE_TASK, USUAL));
  }

  /**
   * The rows in an order, over all partitions.
   *
   * @param size at least the number of rows
   */
  static Dataset<Row> of(Dataset<Row> rows, long size, Column... order) {
    return byOneTask(rows.sparkSession(), size)
        ? rows.coalesce(1).sortWithinPartitions(order)
        : rows.sort(order);
  }
}
