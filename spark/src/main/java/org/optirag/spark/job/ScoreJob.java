package org.optirag.spark.job;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.optirag.spark.score.ScoreReport;
import org.optirag.spark.score.ScoreWaves;
import org.optirag.spark.table.TableFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code score}: click probabilities for a table of impressions. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Scores a table with the columns user and item, or user and items (a list), and perhaps time"
          + " (seconds since 1970; without it, after all that the data know). Writes user, item,"
          + " time, pctr, exit_block and unscored, wave by wave; started again, it goes on where it"
          + " was. A row that cannot be scored has no pctr, and unscored says why; the end of the job"
          + " counts them.",
      ""
    })
final class ScoreJob implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private ScoringOptions scoring;

  @Option(names = "--input", paramLabel = "PATH", required = true, description = "The impressions.")
  private String input;

  @Option(
      names = "--input-format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description =
          "Of the impressions: csv (with a header), parquet, delta, …, or table for one of the"
              + " catalog; default parquet.")
  private String inputFormat = "parquet";

  @Option(names = "--output", paramLabel = "DIR", required = true, description = "The scores.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description =
          "Of the scores: parquet, orc, json, csv, delta, …; default parquet. Where it is one of"
              + " files, each wave has its own folder of them.")
  private String format = "parquet";

  @Option(
      names = "--waves",
      paramLabel = "N",
      defaultValue = "8",
      description = "Parts that are written one after the other; a crash costs one; default 8.")
  private int waves = 8;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Tasks of a wave; default four a core.")
  private @Nullable Integer partitions;

  @Override
  public Integer call() {
    SparkSession spark = Main.session("score");
    Dataset<Row> impressions =
        new TableFormat(inputFormat).read(spark, input, Map.of("header", "true"));
    int tasks = partitions == null ? 4 * spark.sparkContext().defaultParallelism() : partitions;
    long start = System.nanoTime();
    ScoreReport report =
        new ScoreWaves(output, new TableFormat(format), waves, tasks)
            .run(spark, impressions, scoring.settings());
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%d of %d waves scored now, in %.1f s; in %s%n"
                + "%,d impressions in %,d requests; %,d rows not scored (column unscored); tasks %.1f s, %.1f %% of it in the scorer%n",
            report.waves(),
            waves,
            (System.nanoTime() - start) / 1e9,
            output,
            report.impressions(),
            report.requests(),
            report.unscored(),
            report.taskSeconds(),
            100 * report.scorerSeconds() / report.taskSeconds())
        .flush();
    return 0;
  }
}
