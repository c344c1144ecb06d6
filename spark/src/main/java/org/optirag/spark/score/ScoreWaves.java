package org.optirag.spark.score;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.optirag.spark.table.TableFormat;
import org.optirag.workspace.UserException;

/**
 * Writes scores wave by wave: users are dealt to waves by a hash of their ids, and a wave is
 * written whole or not at all: as files into a folder of its own, else at once to the one table,
 * where a column tells the waves apart. A job that is started again goes on after the waves that
 * are there; doing one again writes the same.
 *
 * @param output folder of any file system that Spark knows
 * @param format of files, or of a table whose writes count whole or not at all
 * @param waves into how many parts the users are dealt; what a crash can cost is one of them
 * @param partitions tasks of a wave
 */
public record ScoreWaves(String output, TableFormat format, int waves, int partitions) {
  private static final String SETTINGS = "_settings";
  private static final String WAVE = "wave";

  /** Checks the numbers. */
  public ScoreWaves {
    if (waves < 1 || partitions < 1) {
      throw new UserException(
          waves + " waves of " + partitions + " partitions are not possible.", "Give 1 or more.");
    }
  }

  /**
   * Scores what is not there yet.
   *
   * @return what was done now
   * @throws UserException if other settings began the output
   */
  public ScoreReport run(SparkSession spark, Dataset<Row> impressions, ScoringSettings settings) {
    Path root = new Path(output);
    Dataset<Row> requests = Scoring.requests(impressions);
    int scored = 0;
    ScoreMeter meter = new ScoreMeter(spark);
    try {
      FileSystem files = root.getFileSystem(spark.sparkContext().hadoopConfiguration());
      begin(files, new Path(root, SETTINGS), settings + ", " + waves + " waves");
      for (int wave = 0; wave < waves; wave++) {
        if (done(files, spark, wave)) {
          continue;
        }
        Dataset<Row> some =
            requests.filter(
                pmod(xxhash64(lit("wave"), col("user")), lit((long) waves)).equalTo(wave));
        write(Scoring.score(some, settings, partitions, meter), wave);
        scored++;
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot write " + output + ": " + e.getMessage() + ".",
          "Choose a folder that the job can write.",
          e);
    }
    return meter.report(scored);
  }

  private boolean done(FileSystem files, SparkSession spark, int wave) throws IOException {
    if (format.isFiles()) {
      return files.exists(new Path(folder(wave), "_SUCCESS"));
    }
    for (FileStatus file : files.listStatus(new Path(output))) {
      if (!file.getPath().getName().equals(SETTINGS)) { // a table that was begun
        return !format.read(spark, output).filter(col(WAVE).equalTo(wave)).isEmpty();
      }
    }
    return false;
  }

  private void write(Dataset<Row> scores, int wave) {
    if (format.isFiles()) {
      format.write(scores, folder(wave));
    } else {
      format.append(scores.withColumn(WAVE, lit(wave)), output, WAVE);
    }
  }

  private String folder(int wave) {
    return output + "/" + WAVE + "=" + wave;
  }

  private static void begin(FileSystem files, Path file, String settings) throws IOException {
    if (!files.exists(file)) {
      files.mkdirs(file.getParent());
      try (OutputStream out = files.create(file, false)) {
        out.write(settings.getBytes(StandardCharsets.UTF_8));
      }
      return;
    }
    String begun;
    try (var in = files.open(file)) {
      begun = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (!begun.equals(settings)) {
      throw new UserException(
          file.getParent() + " was begun with " + begun + ", not with " + settings + ".",
          "Give another --output, or remove this one.");
    }
  }
}
