package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftleft;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.storage.StorageLevel;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.store.Manifest;
import org.optirag.dataset.store.Notes;
import org.optirag.spark.table.TableSource;
import org.optirag.workspace.UserException;

/**
 * The rules of an import as operations on tables: the last of repeated interactions, the core, the
 * order by time, users and items numbered by their ids. Row by row what {@code optirag data import}
 * makes of the same tables and the same mapping.
 *
 * <p>No step gathers rows on one machine, but for a few million that one task sorts. What is read
 * is kept on the executors' disks, once as texts and once as numbers.
 */
public final class Preparation {
  private static final StorageLevel DISK = StorageLevel.DISK_ONLY();

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
    counts.insistOn(
        rules.mostBroken(),
        source,
        table ->
            staged
                .filter(col("state").equalTo(Stage.BROKEN).and(col("table").equalTo(table)))
                .select("reason")
                .head()
                .getString(0),
        () -> output.writeRejected(staged));
    if (counts.broken() > 0) {
      output.writeRejected(staged);
    }
    TextStage itemTexts = TextStage.of(spark, source.items());
    TextStage userTexts = TextStage.of(spark, source.users());

    Dataset<Row> good = staged.filter(col("state").equalTo(Stage.GOOD));
    Ids users = Ids.numbered(good.select(col("user").as("id")), counts.interactions(), "u");
    Dataset<Row> itemIds = good.select(col("item").as("id"));
    Dataset<Row> described = itemTexts.ids();
    Ids items =
        rules.allItems() && described != null
            ? Ids.numbered(itemIds.union(described), counts.interactions() + described.count(), "i")
            : Ids.numbered(itemIds, counts.interactions(), "i");
    Dataset<Row> kept =
        joined(joined(good, users, "user"), items, "item")
            .select(
                "place", "line", "u", "i", "rating", "label", "time", "nanos", "part", "request");
    if (counts.shown()) {
      kept = ShownTogether.numbered(kept, counts.interactions());
    }
    List<String> across = counts.parted() ? acrossParts(kept) : List.of();
    boolean timed = counts.untimed() == 0;
    Dataset<Row> last = withoutRepeats(kept, timed, counts.shown());
    long interactions = counts.interactions(); // or less, with repeats
    // Few rows in order of time are read once, when they are sorted and written.
    boolean once = timed && rules.core() == 1 && TotalOrder.byOneTask(spark, interactions);
    if (!once) {
      last = last.persist(DISK);
      interactions = last.count();
      staged.unpersist();
    }
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
    boolean all = rules.core() == 1;
    Ids finalUsers = all ? users : users.left(last);
    Ids finalItems = all || rules.allItems() ? items : items.left(last);
    Dataset<Row> ordered =
        timed
            ? last
            : new UntimedOrder(rules.order(), counts.parted(), interactions)
                .apply(last, finalUsers.rows(), finalItems.rows());
    List<Column> columns =
        new ArrayList<>(
            List.of(col("user"), col("item"), col("rating"), col("label"), col("time")));
    if (counts.parted()) {
      columns.add(col("part"));
    }
    if (counts.shown()) {
      columns.add(coalesce(col("request"), lit(Interactions.ALONE)).as("request"));
    }
    output.write(
        "interactions",
        TotalOrder.of(
                finalItems.renumber(finalUsers.renumber(ordered, "user"), "item"),
                interactions,
                col("time"),
                col("nanos"),
                col("place"),
                col("line"))
            .select(columns.toArray(Column[]::new)));
    if (once) {
      interactions = output.read("interactions").count();
      repeats = counts.interactions() - interactions;
    }
    int requests =
        counts.shown()
            ? Math.toIntExact(
                output
                    .read("interactions")
                    .filter(col("request").notEqual(Interactions.ALONE))
                    .select("request")
                    .distinct()
                    .count())
            : 0;
    output.write("items", itemTexts.of(finalItems.table(), finalItems.count(), true));
    output.write("users", userTexts.of(finalUsers.table(), finalUsers.count(), false));
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
                Math.toIntExact(itemTexts.untitled(finalItems.table(), finalItems.count())),
                requests),
            List.of(),
            notes(counts, itemTexts, finalItems, across),
            labels(interactions));
    output.write(manifest);
    last.unpersist();
    staged.unpersist();
    return manifest;
  }

  /** How the labels of what was written come about. */
  private String labels(long interactions) {
    String by =
        Notes.likedBy(
            source.interactions().stream()
                .anyMatch(table -> table.rating() != null && table.click() == null),
            source.interactions().stream().anyMatch(table -> table.click() != null),
            source.rules().likedFrom(),
            false,
            source.thresholdGiven(),
            "mapping");
    long likes = output.read("interactions").filter("label").count();
    return Notes.labels(likes, interactions, by);
  }

  /** What stands in several parts of a split. */
  private static List<String> acrossParts(Dataset<Row> rows) {
    List<String> notes = new ArrayList<>();
    rows.filter("part IS NOT NULL")
        .selectExpr("u", "i", "shiftleft(1, CAST(part AS INT)) AS bit", "request")
        .groupBy("u", "i")
        .agg(expr("bit_or(bit) AS parts"), expr("count(request) > 0 AS asked"))
        .groupBy("parts")
        .agg(expr("count(*) AS pairs"), expr("bool_or(asked) AS asked"))
        .orderBy("parts")
        .collectAsList()
        .forEach(row ->
            Notes.acrossParts(row.getInt(0), row.getLong(1), row.getBoolean(2))
                .ifPresent(notes::add));
    return notes;
  }

  /** What stands out, as far as it is known by now: no table is read again for it. */
  private List<String> notes(StageCounts counts, TextStage texts, Ids items, List<String> across) {
    List<String> notes = new ArrayList<>(across);
    boolean rated = source.interactions().stream().anyMatch(table -> table.rating() != null);
    boolean clicked = source.interactions().stream().anyMatch(table -> table.click() != null);
    if ((rated || clicked)
        && counts.interactions() > 1
        && counts.liked() % counts.interactions() == 0) {
      notes.add(Notes.oneLabel(counts.liked() > 0, source.rules().likedFrom(), !clicked));
    }
    if (rated || clicked) {
      Notes.rareLabel(counts.liked(), counts.interactions(), !clicked, source.rules().likedFrom())
          .ifPresent(notes::add);
    }
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (StageCounts.Range range : counts.times()) {
      if (range.first() != null && range.last() != null) {
        first = Math.min(first, range.first());
        last = Math.max(last, range.last());
      }
    }
    if (counts.untimed() == 0 && counts.interactions() > 1 && first <= last) {
      if (first == last) {
        notes.add(Notes.oneTime(first));
      } else if (Notes.isOrder(last)) {
        notes.add(Notes.order(last));
      }
    }
    if (!source.rules().allItems()) { // else every text's id is among them
      texts
          .missing(
              items.table(),
              items.count(),
              "item",
              source.items().stream().map(table -> table.table().location()).toList())
          .ifPresent(notes::add);
    }
    return notes;
  }

  private static Dataset<Row> joined(Dataset<Row> rows, Ids ids, String by) {
    Dataset<Row> known = ids.spread();
    return rows.join(known, rows.col(by).equalTo(known.col("id"))).drop("id");
  }

  /** The last of a pair's rows, or where requests are known of its rows in each. */
  private static Dataset<Row> withoutRepeats(Dataset<Row> kept, boolean timed, boolean shown) {
    Column[] latestFirst =
        timed
            ? new Column[] {
              col("time").desc(), col("nanos").desc(), col("place").desc(), col("line").desc()
            }
            : new Column[] {col("place").desc(), col("line").desc()};
    // A pair as one number sorts by itself. And asked for by rank, Spark would sort all rows twice,
    // before and after they come together, in the hope that there are many repeats.
    Column pair = shiftleft(col("u").cast("long"), 32).bitwiseOR(col("i"));
    WindowSpec ofPair = shown ? Window.partitionBy("pair", "request") : Window.partitionBy("pair");
    Column later = lag(lit(true), 1).over(ofPair.orderBy(latestFirst));
    return kept.withColumn("pair", pair)
        .withColumn("later", later)
        .filter("later IS NULL")
        .drop("pair", "later");
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
}
