package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.storage.StorageLevel;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.store.Manifest;
import org.optirag.spark.table.TableSource;
import org.optirag.workspace.UserException;

/**
 * The rules of an import as operations on tables: the last of repeated interactions, the core, the
 * order by time, users and items numbered by their ids. Row by row what {@code optirag data import}
 * makes of the same tables and the same mapping.
 *
 * <p>No step gathers rows on one machine. What is read is kept on the executors' disks, once as
 * texts and once as numbers.
 */
public final class Preparation {
  private static final StorageLevel DISK = StorageLevel.DISK_ONLY();

  /** Ids that every executor can hold; a join with more is spread. */
  private static final long FEW = 500_000;

  private final SparkSession spark;
  private final TableSource source;
  private final Instant latest;
  private final Output output;

  private Preparation(SparkSession spark, TableSource source, Output output, Clock clock) {
    this.spark = spark;
    this.source = source;
    this.output = output;
    this.latest = clock.instant().plusSeconds(86_400); // clocks and zones differ
  }

  /**
   * Prepares a data set.
   *
   * @return what the imported form says of itself
   * @throws UserException if it cannot be read, nothing is left of it, or more rows are broken than
   *     its rules allow
   */
  public static Manifest run(SparkSession spark, TableSource source, Output output) {
    return new Preparation(spark, source, output, Clock.systemUTC()).run();
  }

  private Manifest run() {
    Rules rules = source.rules();
    output.begin();
    Dataset<Row> staged = Stage.of(spark, source.interactions(), rules, latest).persist(DISK);
    StageCounts counts = StageCounts.of(staged);
    counts.insistOn(rules.mostBroken(), source, () -> output.writeRejected(staged));
    TextStage itemTexts = TextStage.of(spark, source.items());
    TextStage userTexts = TextStage.of(spark, source.users());

    Dataset<Row> good = staged.filter(col("state").equalTo(Stage.GOOD));
    Dataset<Row> users = numbered(good.select(col("user").as("id")), "u");
    Dataset<Row> itemIds = good.select(col("item").as("id"));
    Dataset<Row> described = itemTexts.ids();
    Dataset<Row> items =
        numbered(rules.allItems() && described != null ? itemIds.union(described) : itemIds, "i");
    Dataset<Row> kept =
        joined(joined(good, users, "user"), items, "item")
            .select("place", "line", "u", "i", "rating", "label", "time", "part");
    boolean timed = counts.untimed() == 0;
    Dataset<Row> last = withoutRepeats(kept, timed).persist(DISK);
    long interactions = last.count();
    staged.unpersist();
    long repeats = counts.interactions() - interactions;
    if (rules.core() > 1) {
      last = core(last, rules.core());
      interactions = last.count();
    }
    if (interactions == 0) {
      throw new UserException(
          "No interaction is left of " + source.name() + ".",
          rules.core() > 1
              ? "A core of " + rules.core() + " is too strict for it; try a smaller one."
              : "Check that these are the right tables.");
    }
    Dataset<Row> finalUsers = left(users, last, "u", rules.core() == 1);
    Dataset<Row> finalItems = left(items, last, "i", rules.core() == 1 || rules.allItems());
    Dataset<Row> ordered =
        timed
            ? last
            : new UntimedOrder(rules.order(), counts.parted(), interactions)
                .apply(last, finalUsers, finalItems);
    List<Column> columns =
        new ArrayList<>(
            List.of(col("user"), col("item"), col("rating"), col("label"), col("time")));
    if (counts.parted()) {
      columns.add(col("part"));
    }
    output.write(
        "interactions",
        renumbered(renumbered(ordered, finalUsers, "u", "user"), finalItems, "i", "item")
            .sort("time", "place", "line")
            .select(columns.toArray(Column[]::new)));
    output.write("items", itemTexts.of(finalItems.select("number", "id"), true));
    output.write("users", userTexts.of(finalUsers.select("number", "id"), false));
    TextStage.Faults ofItems = itemTexts.faults();
    TextStage.Faults ofUsers = userTexts.faults();
    Manifest manifest =
        new Manifest(
            Manifest.VERSION,
            source.name(),
            "mapping",
            source.noun(),
            timed,
            counts.parted(),
            rules,
            itemTexts.names(),
            userTexts.names(),
            new Manifest.Counts(
                counts.rows(),
                counts.broken() + ofItems.broken() + ofUsers.broken(),
                repeats + ofItems.mended() + ofUsers.mended(),
                repeats,
                0,
                interactions,
                Math.toIntExact(finalUsers.count()),
                Math.toIntExact(finalItems.count()),
                Math.toIntExact(itemTexts.untitled(finalItems))),
            List.of());
    output.write(manifest);
    last.unpersist();
    return manifest;
  }

  private static Dataset<Row> numbered(Dataset<Row> ids, String number) {
    return Numbering.ids(ids.distinct(), number).persist(DISK);
  }

  private static Dataset<Row> joined(Dataset<Row> rows, Dataset<Row> ids, String by) {
    return rows.join(spread(ids), rows.col(by).equalTo(ids.col("id"))).drop("id");
  }

  private static Dataset<Row> spread(Dataset<Row> ids) {
    return ids.count() <= FEW ? broadcast(ids) : ids;
  }

  private static Dataset<Row> withoutRepeats(Dataset<Row> kept, boolean timed) {
    Column[] latestFirst =
        timed
            ? new Column[] {col("time").desc(), col("place").desc(), col("line").desc()}
            : new Column[] {col("place").desc(), col("line").desc()};
    return kept.withColumn(
            "rank", row_number().over(Window.partitionBy("u", "i").orderBy(latestFirst)))
        .filter("rank = 1")
        .drop("rank");
  }

  /** Takes turns in removing users and items with too few, until nobody is left to remove. */
  private static Dataset<Row> core(Dataset<Row> rows, int least) {
    Dataset<Row> now = rows;
    long before;
    long size = now.count();
    do {
      before = size;
      for (String key : List.of("u", "i")) {
        Dataset<Row> enough =
            now.groupBy(key).agg(count(lit(1)).as("n")).filter(col("n").geq(least)).select(key);
        Dataset<Row> next = now.join(enough, key).localCheckpoint(true, DISK);
        now.unpersist();
        now = next;
      }
      size = now.count();
    } while (size < before);
    return now;
  }

  /** Those that are left, numbered 0, 1, 2, … in the order that they have. */
  private static Dataset<Row> left(Dataset<Row> ids, Dataset<Row> kept, String key, boolean all) {
    if (all) {
      return ids.withColumn("number", col(key)).persist(DISK);
    }
    Dataset<Row> some = ids.join(kept.select(key).distinct(), key);
    return Numbering.of(
            some, "number", org.apache.spark.sql.types.DataTypes.IntegerType, col(key).asc())
        .persist(DISK);
  }

  private static Dataset<Row> renumbered(
      Dataset<Row> rows, Dataset<Row> ids, String key, String column) {
    Dataset<Row> numbers = ids.select(col(key), col("number").as(column));
    return rows.join(spread(numbers), key);
  }
}
