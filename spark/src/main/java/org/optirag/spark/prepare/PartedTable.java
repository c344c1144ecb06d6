package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.dense_rank;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Part;
import org.optirag.workspace.UserException;

/**
 * The interactions of a prepared data set parted for learning, for choosing and for measuring: the
 * same rows as {@link org.optirag.dataset.SplitRule} gives.
 *
 * @param train what the graph and the evidence learn from
 * @param validation what thresholds are chosen on
 * @param test measured once
 */
public record PartedTable(Dataset<Row> train, Dataset<Row> validation, Dataset<Row> test) {
  /** The rule where none is named. */
  public static final String STANDARD = "standard";

  /**
   * The published split if there is one, else 8:1:1 by time, else (no times) the last two rows of
   * each user.
   */
  public static PartedTable standard(Output data) {
    return of(data, STANDARD);
  }

  /**
   * The same by a rule of its own.
   *
   * @param rule standard, time (8:1:1) or last-out
   * @throws UserException if there is no such rule
   */
  public static PartedTable of(Output data, String rule) {
    return switch (rule) {
      case STANDARD -> usual(data);
      case "time" -> byTime(data.read("interactions"), 0.8, 0.1);
      case "last-out" -> leaveLastOut(data.read("interactions"));
      default ->
          throw new UserException(
              "There is no split \"" + rule + "\" for jobs.", "Give standard, time or last-out.");
    };
  }

  private static PartedTable usual(Output data) {
    Dataset<Row> rows = data.read("interactions");
    if (List.of(rows.columns()).contains("part")) {
      return published(rows);
    }
    return data.manifest().timed() ? byTime(rows, 0.8, 0.1) : leaveLastOut(rows);
  }

  private static PartedTable published(Dataset<Row> rows) {
    Row first = rows.filter(is(Part.VALIDATION).or(is(Part.TEST))).agg(min("time")).head();
    long heldOut = first.isNullAt(0) ? Long.MAX_VALUE : first.getLong(0);
    return new PartedTable(
        rows.filter(is(Part.TRAIN).or(is(Part.HISTORY).and(col("time").lt(heldOut)))),
        rows.filter(is(Part.VALIDATION)),
        rows.filter(is(Part.TEST)));
  }

  private static Column is(Part part) {
    return col("part").equalTo((byte) part.ordinal());
  }

  /** One moment for all users; rows of the same second stay together, on the later side. */
  static PartedTable byTime(Dataset<Row> rows, double train, double validation) {
    List<Row> files =
        rows.groupBy(col("_metadata.file_name"))
            .agg(count(lit(1)))
            .orderBy("file_name")
            .collectAsList();
    long size = files.stream().mapToLong(file -> file.getLong(1)).sum();
    long first = timeAt(rows, files, Math.min(size - 1, (long) (size * train)));
    long second = timeAt(rows, files, Math.min(size - 1, (long) (size * (train + validation))));
    return new PartedTable(
        rows.filter(col("time").lt(first)),
        rows.filter(col("time").geq(first).and(col("time").lt(second))),
        rows.filter(col("time").geq(second)));
  }

  /** The time of a row; files are in order of time, and so are the rows of each. */
  private static long timeAt(Dataset<Row> rows, List<Row> files, long index) {
    long left = index;
    for (Row file : files) {
      if (left < file.getLong(1)) {
        return rows.filter(
                col("_metadata.file_name")
                    .equalTo(file.getString(0))
                    .and(col("_metadata.row_index").equalTo(left)))
            .select("time")
            .head()
            .getLong(0);
      }
      left -= file.getLong(1);
    }
    throw new IllegalArgumentException("row " + index + " of " + files);
  }

  /** The rows of a request count as one, at the place of the last of them. */
  private static PartedTable leaveLastOut(Dataset<Row> rows) {
    WindowSpec ofUser = Window.partitionBy("user");
    Column own = struct(col("time"), col("_metadata.file_name"), col("_metadata.row_index"));
    Dataset<Row> placed = rows.withColumn("at", own);
    if (List.of(rows.columns()).contains("request")) {
      Column ofRequest = max("at").over(Window.partitionBy("user", "request"));
      placed =
          placed.withColumn(
              "at",
              when(col("request").equalTo(Interactions.ALONE), col("at")).otherwise(ofRequest));
    }
    Dataset<Row> counted =
        placed
            .withColumn("after", dense_rank().over(ofUser.orderBy(col("at").desc())))
            .withColumn("rows", max("after").over(ofUser));
    return new PartedTable(
        part(counted, "rows < 3 OR after > 2"),
        part(counted, "rows >= 3 AND after = 2"),
        part(counted, "rows >= 3 AND after = 1"));
  }

  private static Dataset<Row> part(Dataset<Row> counted, String which) {
    return counted.filter(which).drop("at", "rows", "after");
  }
}
