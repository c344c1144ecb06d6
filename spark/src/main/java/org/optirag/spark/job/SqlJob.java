package org.optirag.spark.job;

import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.optirag.spark.score.PctrFunctions;
import org.optirag.spark.table.TableFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sql}: a query with functions that score. */
@Command(
    name = "sql",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a query that may call optirag_pctr(user, item), optirag_pctr_at(user, item, time) and"
          + " optirag_pctrs(user, items). Ids may be texts or numbers. Prints the first rows, or"
          + " writes all.",
      ""
    },
    footer = {
      "",
      "Example: sql --bundle B --data D \"SELECT user, item, optirag_pctr(user, item) AS pctr FROM"
          + " parquet.\\`impressions\\`\""
    })
final class SqlJob implements Callable<Integer> {
  private static final int SHOWN = 20;

  @Mixin private ScoringOptions scoring;

  @Parameters(paramLabel = "QUERY", description = "In Spark SQL.")
  private String query;

  @Option(names = "--output", paramLabel = "DIR", description = "Takes all rows.")
  private @Nullable String output;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "Of the output: parquet, orc, json, csv, delta, …; default parquet.")
  private String format = "parquet";

  @Override
  public Integer call() {
    SparkSession spark = Main.session("sql");
    PctrFunctions.register(spark, scoring.settings());
    Dataset<Row> rows = spark.sql(query);
    if (output == null) {
      rows.show(SHOWN, false);
    } else {
      new TableFormat(format).write(rows, output);
    }
    return 0;
  }
}
