package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.udf;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Untitled;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.store.Notes;
import org.optirag.spark.table.Table;
import org.optirag.spark.table.TableSource;

/** Texts of items or profiles of users: an id, a title and the fields by their names. */
final class TextStage {
  private final List<String> names;
  private final @Nullable Dataset<Row> rows;

  private TextStage(List<String> names, @Nullable Dataset<Row> rows) {
    this.names = names;
    this.rows = rows;
  }

  static TextStage of(SparkSession spark, List<TableSource.Texts> tables) {
    List<String> names = TableSource.fields(tables);
    StructType schema =
        new StructType()
            .add("place", DataTypes.LongType, false)
            .add("line", DataTypes.LongType, false)
            .add("mended", DataTypes.IntegerType, false)
            .add("id", DataTypes.StringType)
            .add("title", DataTypes.StringType);
    for (int f = 0; f < names.size(); f++) {
      schema = schema.add("f" + f, DataTypes.StringType);
    }
    Dataset<Row> all = null;
    Map<Table, Dataset<Row>> texts = new LinkedHashMap<>();
    long file = 0;
    for (TableSource.Texts table : tables) {
      List<String> columns = new ArrayList<>(List.of(table.id()));
      List<Integer> slots = new ArrayList<>();
      if (table.title() != null) {
        columns.add(table.title());
        slots.add(0);
      }
      for (Map.Entry<String, String> field : table.fields().entrySet()) {
        columns.add(field.getValue());
        slots.add(1 + names.indexOf(field.getKey()));
      }
      Table.Read read = table.table().read(spark, columns, file);
      file = read.nextFile();
      int width = 1 + names.size();
      Dataset<Row> staged =
          read.rows()
              .mapPartitions(
                  (MapPartitionsFunction<Row, Row>) each -> cleaned(each, slots, width),
                  Encoders.row(schema));
      if (table.table().isText()) {
        texts.put(table.table(), staged);
      }
      all = all == null ? staged : all.unionAll(staged);
    }
    Dataset<Row> cached = all == null ? null : all.cache();
    if (cached != null && !texts.isEmpty() && isForeign(cached)) {
      texts.forEach((table, staged) -> {
        if (isForeign(staged)) {
          throw table.foreign();
        }
      });
    }
    return new TextStage(names, cached);
  }

  private static Iterator<Row> cleaned(Iterator<Row> rows, List<Integer> slots, int width) {
    Iterable<Row> once = () -> rows;
    return java.util.stream.StreamSupport.stream(once.spliterator(), false)
        .map(row -> {
          @Nullable Object[] made = new Object[4 + width];
          made[0] = row.getAs(Table.PLACE);
          made[1] = row.getAs(Table.LINE);
          String id = row.getString(0);
          made[3] = row.getAs(Table.MISFIT) == null ? checked(id) : null;
          int mended = 0;
          for (int i = 0; i < slots.size(); i++) {
            String value = row.getString(1 + i);
            try {
              made[4 + slots.get(i)] = value == null ? null : Cells.text(Cells.plain(value));
            } catch (Cells.Nonsense e) {
              mended++;
            }
          }
          made[2] = mended;
          return RowFactory.create(made);
        })
        .iterator();
  }

  /** Whether there is the character that Spark puts in the place of bytes it cannot decode. */
  private static boolean isForeign(Dataset<Row> rows) {
    Column foreign = col("id").contains("\uFFFD");
    for (String name : rows.columns()) {
      if (rows.schema().apply(name).dataType().equals(DataTypes.StringType)) {
        foreign = foreign.or(col(name).contains("\uFFFD"));
      }
    }
    return !rows.filter(foreign).isEmpty();
  }

  private static @Nullable String checked(@Nullable String id) {
    try {
      return Cells.id("row's", id);
    } catch (Cells.Nonsense e) {
      return null;
    }
  }

  /** The names of the fields, in the order of their columns. */
  List<String> names() {
    return names;
  }

  /** The ids that have texts. */
  @Nullable Dataset<Row> ids() {
    return rows == null ? null : rows.filter("id IS NOT NULL").select("id");
  }

  /** What was left out or mended. */
  record Faults(long broken, long mended) {}

  Faults faults() {
    if (rows == null) {
      return new Faults(0, 0);
    }
    Row sums =
        rows.selectExpr(
                "count_if(id IS NULL)",
                "coalesce(sum(mended) FILTER (WHERE id IS NOT NULL), 0)",
                "count(id) - count(DISTINCT id)")
            .head();
    return new Faults(sums.getLong(0), sums.getLong(1) + sums.getLong(2));
  }

  /**
   * The imported form of the texts.
   *
   * @param numbered number, id
   * @param size how many they are
   * @param titled whether there is a column of titles, {@link Untitled}'s where there is none
   */
  Dataset<Row> of(Dataset<Row> numbered, long size, boolean titled) {
    Dataset<Row> joined;
    if (rows == null) {
      joined = numbered.selectExpr("*", "CAST(NULL AS STRING) AS title");
    } else {
      Dataset<Row> first = first(rows);
      joined =
          numbered
              .join(first, numbered.col("id").equalTo(first.col("id")), "left")
              .drop(first.col("id"));
    }
    List<Column> columns = new ArrayList<>(List.of(col("number"), col("id")));
    if (titled) {
      Column code =
          udf((UDF1<String, String>) Untitled::title, DataTypes.StringType).apply(col("id"));
      columns.add(coalesce(col("title"), code).as("title"));
    }
    for (int f = 0; f < names.size(); f++) {
      columns.add(col("f" + f).as("field " + names.get(f)));
    }
    return TotalOrder.of(joined, size, col("number")).select(columns.toArray(Column[]::new));
  }

  /**
   * What to say where ids have no texts though there are some.
   *
   * @param size how many ids there are
   */
  Optional<String> missing(Dataset<Row> numbered, long size, String what, List<String> files) {
    Dataset<Row> described = ids();
    if (described == null || described.isEmpty()) {
      return Optional.empty();
    }
    Dataset<Row> ids = numbered.select("id");
    Row unknown = ids.except(described).selectExpr("count(*)", "min(id)").head();
    if (unknown.getLong(0) == 0) {
      return Optional.empty();
    }
    String id = unknown.getString(1);
    return Optional.of(
        unknown.getLong(0) == size
            ? Notes.strangers(what, files, id, String.valueOf(least(described)))
            : Notes.missing(
                what, unknown.getLong(0), size, files, id, least(described.except(ids))));
  }

  private static @Nullable String least(Dataset<Row> ids) {
    return ids.selectExpr("min(id)").head().getString(0);
  }

  /** How many of so many ids have no title. */
  long untitled(Dataset<Row> numbered, long size) {
    if (rows == null) {
      return size;
    }
    Dataset<Row> titled = first(rows).filter("title IS NOT NULL").select("id");
    return size - numbered.join(titled, "id").count();
  }

  /** Of texts with the same id the first counts. */
  private static Dataset<Row> first(Dataset<Row> rows) {
    return rows.filter("id IS NOT NULL")
        .withColumn(
            "rank", row_number().over(Window.partitionBy("id").orderBy(col("place"), col("line"))))
        .filter("rank = 1");
  }
}
