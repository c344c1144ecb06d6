package org.optirag.spark.graph;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.optirag.retrieval.Graph;
import org.optirag.spark.prepare.Output;
import org.optirag.spark.prepare.PartedTable;
import org.optirag.spark.table.TableFormat;
import org.optirag.workspace.UserException;

/**
 * The parts of a prepared data set that graphs are made of.
 *
 * @param users how many users there are
 * @param items how many items there are
 * @param train rows to learn from
 * @param validation rows to choose on
 * @param test rows to measure
 */
public record GraphParts(
    int users, int items, Dataset<Row> train, Dataset<Row> validation, Dataset<Row> test) {

  /**
   * Opens a data set and parts it.
   *
   * @param directory as 'prepare' wrote it, in Parquet
   * @param split as {@link PartedTable#of} names it
   */
  public static GraphParts of(SparkSession spark, String directory, String split) {
    Output data = new Output(spark, directory, TableFormat.PARQUET);
    PartedTable parted = PartedTable.of(data, split);
    return new GraphParts(
        Math.toIntExact(data.read("users").count()),
        Math.toIntExact(data.read("items").count()),
        parted.train(),
        parted.validation(),
        parted.test());
  }

  /** The liked pairs of a part, as the columns user and item. */
  public Dataset<Row> liked(Dataset<Row> part) {
    return part.filter(col("label")).select("user", "item");
  }

  /**
   * The graph of a part in this process.
   *
   * @throws UserException if it has too many pairs for that
   */
  public Graph collect(Dataset<Row> part) {
    Dataset<Row> liked = liked(part);
    long size = liked.count();
    if (size > 50_000_000) {
      throw new UserException(
          "The part has %,d pairs, too many for the driver.".formatted(size),
          "Leave --recall and --compare out.");
    }
    List<Row> rows = liked.collectAsList();
    return Graph.ofEdges(
        rows.stream().mapToInt(row -> row.getInt(0)).toArray(),
        rows.stream().mapToInt(row -> row.getInt(1)).toArray(),
        users,
        items);
  }
}
