package org.optirag.spark.table;

import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.optirag.workspace.UserException;

/**
 * How a table is stored.
 *
 * @param name as Spark calls it: parquet, orc, json, csv, and delta or others with their packages;
 *     "table" for one of the catalog, which can be read only
 */
public record TableFormat(String name) {
  /** What every command reads. */
  public static final TableFormat PARQUET = new TableFormat("parquet");

  private static final String CATALOG = "table";
  private static final String DELTA = "delta";
  private static final Set<String> FILES = Set.of("parquet", "orc", "json", "csv", "text", "avro");

  /**
   * Whether such a table is nothing but a folder of files; others keep a log of their own, and a
   * write to them counts whole or not at all.
   */
  public boolean isFiles() {
    return FILES.contains(name);
  }

  /**
   * Opens a table.
   *
   * @param location a path or the name of a table
   * @param options for Spark's reader
   * @throws UserException if it cannot be read
   */
  public Dataset<Row> read(SparkSession spark, String location, Map<String, String> options) {
    try {
      return name.equals(CATALOG)
          ? spark.read().table(location)
          : spark.read().format(name).options(options).load(location);
    } catch (Exception e) { // Scala's own do not say that they are thrown
      throw unreadable(location, e);
    }
  }

  /** The same without options. */
  public Dataset<Row> read(SparkSession spark, String location) {
    return read(spark, location, Map.of());
  }

  /**
   * Writes a table in the place of what is there.
   *
   * @throws UserException if the session does not know the format
   */
  public void write(Dataset<Row> rows, String location) {
    save(writer(rows).mode(SaveMode.Overwrite), location);
  }

  /**
   * Adds rows to a table, or begins it.
   *
   * @param by a column by which it is partitioned
   * @throws UserException if the session does not know the format
   */
  public void append(Dataset<Row> rows, String location, String by) {
    save(writer(rows).mode(SaveMode.Append).partitionBy(by), location);
  }

  private DataFrameWriter<Row> writer(Dataset<Row> rows) {
    if (name.equals(CATALOG)) {
      throw new UserException(
          "Jobs read tables of the catalog but do not write them.",
          "Give a path and a format that is stored there, such as parquet or delta.");
    }
    DataFrameWriter<Row> writer = rows.write().format(name);
    if (name.equals(DELTA)) { // names of fields may have blanks, and others be there than before
      writer.option("delta.columnMapping.mode", "name").option("overwriteSchema", true);
    }
    return writer;
  }

  private void save(DataFrameWriter<Row> writer, String location) {
    try {
      writer.save(location);
    } catch (Exception e) { // Scala's own do not say that they are thrown
      if (e instanceof ClassNotFoundException) {
        throw new UserException(
            "The session does not know the format " + name + ".",
            "Give its package, for instance '--packages' of spark-submit, or another format.",
            e);
      }
      throw e;
    }
  }

  UserException unreadable(String location, Exception e) {
    return new UserException(
        "Cannot read %s as %s: %s."
            .formatted(
                location,
                name,
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip()),
        "Check the path and the format; one of another project needs its package, for instance"
            + " '--packages' of spark-submit.",
        e);
  }
}
