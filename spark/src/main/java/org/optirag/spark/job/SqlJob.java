package org.optirag.spark.job;

import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.optirag.spark.score.PctrFunctions;
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

  @Option(names = "--output", paramLabel = "DIR", description = "Takes the rows as Parquet.")
  private @Nullable String output;

  @Override
  public Integer call() {
    SparkSession spark = Main.session("sql");
    PctrFunctions.register(spark, scoring.settings());
    Dataset<Row> rows = spark.sql(query);
    if (output == null) {
      rows.show(SHOWN, false);
    } else {
      rows.write().mode(SaveMode.Overwrite).parquet(output);
    }
    return 0;
  }
}
