package org.optirag.spark.prepare;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.optirag.spark.table.TableSource;
import org.optirag.workspace.UserException;

/**
 * What was read of the tables of interactions.
 *
 * @param rows source rows that made sense
 * @param broken source rows that did not
 * @param interactions that the good rows hold
 * @param untimed interactions without a time
 * @param parted whether there is a published split
 * @param shown whether rows tell what was shown together
 * @param liked interactions with label 1
 * @param brokenShares of each table
 * @param times of each table
 * @param foreign rows of each table with the character that stands for bytes of other encodings
 */
record StageCounts(
    long rows,
    long broken,
    long interactions,
    long untimed,
    boolean parted,
    boolean shown,
    long liked,
    List<Double> brokenShares,
    List<Range> times,
    List<Long> foreign) {

  /** The first and the last time of a table; null where it has none. */
  record Range(@Nullable Long first, @Nullable Long last) {}

  static StageCounts of(Dataset<Row> staged) {
    List<Row> tables =
        staged
            .groupBy("table")
            .agg(
                org.apache.spark.sql.functions.expr("count_if(head AND state <> 1)"),
                org.apache.spark.sql.functions.expr("count_if(state = 1)"),
                org.apache.spark.sql.functions.expr("count_if(state = 0)"),
                org.apache.spark.sql.functions.expr("count_if(state = 0 AND time IS NULL)"),
                org.apache.spark.sql.functions.expr("count_if(part IS NOT NULL)"),
                org.apache.spark.sql.functions.min("time"),
                org.apache.spark.sql.functions.max("time"),
                org.apache.spark.sql.functions.expr(
                    "count_if(contains(user, '\uFFFD') OR contains(item, '\uFFFD'))"),
                org.apache.spark.sql.functions.expr("count_if(state = 0 AND label)"),
                org.apache.spark.sql.functions.expr("count_if(request IS NOT NULL)"))
            .orderBy("table")
            .collectAsList();
    return new StageCounts(
        sum(tables, 1),
        sum(tables, 2),
        sum(tables, 3),
        sum(tables, 4),
        sum(tables, 5) > 0,
        sum(tables, 10) > 0,
        sum(tables, 9),
        tables.stream()
            .map(row -> row.getLong(2) / (double) (row.getLong(1) + row.getLong(2)))
            .toList(),
        tables.stream().map(row -> new Range(row.getAs(6), row.getAs(7))).toList(),
        tables.stream().map(row -> row.getLong(8)).toList());
  }

  private static long sum(List<Row> rows, int column) {
    return rows.stream().mapToLong(row -> row.getLong(column)).sum();
  }

  /**
   * Stops where a table has too many broken rows, or its times may mean two things.
   *
   * @param example the reason of one of a table's broken rows
   * @param tell writes the broken rows and says where
   */
  void insistOn(
      double most, TableSource source, IntFunction<String> example, Supplier<String> tell) {
    for (int t = 0; t < times.size(); t++) {
      if (foreign.get(t) > 0 && source.interactions().get(t).table().isText()) {
        throw source.interactions().get(t).table().foreign();
      }
      Range range = times.get(t);
      if (range.first() != null && range.last() != null) {
        TableSource.Interactions table = source.interactions().get(t);
        table.form().insistOnMeaning(table.table().location(), range.first(), range.last());
      }
    }
    for (int t = 0; t < brokenShares.size(); t++) {
      if (brokenShares.get(t) > most) {
        throw new UserException(
            "%.1f %% of the rows of %s are broken, more than the %.1f %% that are let pass: %s."
                .formatted(
                    100 * brokenShares.get(t),
                    source.interactions().get(t).table().location(),
                    100 * most,
                    example.apply(t)),
            "See " + tell.get() + "; mend the table or its mapping, or raise rules.most-broken.");
      }
    }
  }
}
