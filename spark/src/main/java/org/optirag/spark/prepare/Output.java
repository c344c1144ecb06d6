package org.optirag.spark.prepare;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.optirag.dataset.store.Manifest;
import org.optirag.spark.table.TableFormat;
import org.optirag.workspace.UserException;

/**
 * Where a prepared data set is written. In Parquet it is the imported form itself, each table a
 * folder of files instead of a file, and every command reads it.
 *
 * @param spark the session
 * @param directory of any file system that Spark knows
 * @param format of the tables
 */
public record Output(SparkSession spark, String directory, TableFormat format) {
  /** Takes dataset.json away, so that nobody takes a mixture of old and new for a data set. */
  void begin() {
    Path file = new Path(directory, "dataset.json");
    try {
      file.getFileSystem(spark.sparkContext().hadoopConfiguration()).delete(file, false);
    } catch (IOException e) {
      throw new UserException(
          "Cannot write in " + directory + ": " + e.getMessage() + ".",
          "Choose a directory that the job can write.",
          e);
    }
  }

  void write(String name, Dataset<Row> rows) {
    format.write(rows, location(name));
  }

  /** Where a table lies. */
  public String location(String name) {
    return directory + "/" + name + (format.equals(TableFormat.PARQUET) ? ".parquet" : "");
  }

  /** Reads a table again. */
  public Dataset<Row> read(String name) {
    return format.read(spark, location(name));
  }

  /** Writes dataset.json, last: without it there is no data set. */
  void write(Manifest manifest) {
    Path file = new Path(directory, "dataset.json");
    try {
      FileSystem files = file.getFileSystem(spark.sparkContext().hadoopConfiguration());
      try (OutputStream out = files.create(file, true)) {
        out.write(manifest.text().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot write " + file + ": " + e.getMessage() + ".",
          "Choose a directory that the job can write.",
          e);
    }
  }

  /**
   * Reads dataset.json.
   *
   * @throws UserException if there is none
   */
  Manifest manifest() {
    Path file = new Path(directory, "dataset.json");
    try (var in = file.getFileSystem(spark.sparkContext().hadoopConfiguration()).open(file)) {
      return Manifest.parse(file.toString(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UserException(
          directory + " holds no prepared data set: " + e.getMessage() + ".",
          "Make it with the job 'prepare'.",
          e);
    }
  }

  /** Writes the rows that make no sense, and says where. */
  String writeRejected(Dataset<Row> staged) {
    String location = directory + "/rejected";
    staged
        .filter("state = 1")
        .selectExpr("table", "reason", "item AS row")
        .write()
        .mode(SaveMode.Overwrite)
        .json(location);
    return location;
  }
}
