package org.optirag.spark.prepare;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.TimeForm;
import org.optirag.spark.table.Table;
import org.optirag.spark.table.TableSource;

/** Reads the tables of interactions row by row, as {@link Cells} understands them. */
final class Stage {
  /** A row that is kept. */
  static final byte GOOD = 0;

  /** A row that makes no sense; the reason says why. */
  static final byte BROKEN = 1;

  /** A row that stands for nothing: an empty list, or a rating of 0 that the rules leave out. */
  static final byte NOTHING = 2;

  /** "head" holds for the first interaction of a source row, so that rows can be counted. */
  static final StructType SCHEMA =
      new StructType()
          .add("table", DataTypes.IntegerType, false)
          .add("place", DataTypes.LongType, false)
          .add("line", DataTypes.LongType, false)
          .add("state", DataTypes.ByteType, false)
          .add("head", DataTypes.BooleanType, false)
          .add("user", DataTypes.StringType)
          .add("item", DataTypes.StringType)
          .add("rating", DataTypes.FloatType)
          .add("label", DataTypes.BooleanType)
          .add("time", DataTypes.LongType)
          .add("nanos", DataTypes.IntegerType)
          .add("part", DataTypes.ByteType)
          .add("request", DataTypes.StringType)
          .add("reason", DataTypes.StringType);

  private Stage() {}

  /**
   * All tables of interactions.
   *
   * @param latest seconds since 1970 that no time can lie after
   */
  static Dataset<Row> of(
      SparkSession spark, List<TableSource.Interactions> tables, Rules rules, Instant latest) {
    Dataset<Row> all = null;
    long file = 0;
    for (int t = 0; t < tables.size(); t++) {
      TableSource.Interactions table = tables.get(t);
      List<String> columns = new ArrayList<>(List.of(table.user()));
      Understanding how =
          new Understanding(
              t,
              add(columns, table.rating()),
              table.decimalComma(),
              add(columns, table.click()),
              add(columns, table.time()),
              add(columns, table.request()),
              columns.size(),
              table.lists(),
              table.form(),
              table.part(),
              rules.zeros(),
              rules.likedFrom(),
              latest.getEpochSecond());
      columns.addAll(table.items());
      Table.Read read = table.table().read(spark, columns, file);
      file = read.nextFile();
      Dataset<Row> staged = read.rows().flatMap(how::read, Encoders.row(SCHEMA));
      all = all == null ? staged : all.unionAll(staged);
    }
    if (all == null) {
      throw new IllegalArgumentException("no tables");
    }
    return all;
  }

  private static int add(List<String> columns, @Nullable String column) {
    if (column == null) {
      return -1;
    }
    columns.add(column);
    return columns.size() - 1;
  }

  /** What the columns of a table mean; the numbers are places in the row, -1 for none. */
  private record Understanding(
      int table,
      int rating,
      boolean decimalComma,
      int click,
      int time,
      int request,
      int items,
      boolean lists,
      TimeForm form,
      @Nullable Part part,
      Rules.Zeros zeros,
      double likedFrom,
      long latest)
      implements java.io.Serializable {

    Iterator<Row> read(Row row) {
      long place = row.getAs(Table.PLACE);
      long line = row.getAs(Table.LINE);
      int columns = row.fieldIndex(Table.MISFIT);
      try {
        String misfit = row.getString(columns);
        if (misfit != null) {
          throw new Cells.Nonsense("it has not the fields that were expected");
        }
        String user = Cells.id("user", row.getString(0));
        float stars = rating < 0 ? Float.NaN : Cells.rating(row.getString(rating), decimalComma);
        boolean zero = stars == 0 && zeros != Rules.Zeros.RATING;
        List<Row> interactions = new ArrayList<>(1);
        if (!zero || zeros != Rules.Zeros.DROP) {
          boolean label =
              click >= 0 ? Cells.click(row.getString(click)) : rating < 0 || stars >= likedFrom;
          Instant when = time < 0 ? null : Cells.time(row.getString(time), form, latest);
          String shown = request < 0 ? null : Cells.optionalId("request", row.getString(request));
          for (int i = items; i < columns; i++) {
            for (String item : Cells.items(lists, row.getString(i))) {
              interactions.add(
                  RowFactory.create(
                      table,
                      place,
                      line << 20 | interactions.size(),
                      GOOD,
                      interactions.isEmpty(),
                      user,
                      Cells.id("item", item),
                      zero ? Float.NaN : stars,
                      label,
                      when == null ? null : when.getEpochSecond(),
                      when == null ? 0 : when.getNano(),
                      part == null ? null : (byte) part.ordinal(),
                      shown,
                      null));
            }
          }
        }
        if (interactions.isEmpty()) {
          interactions.add(other(place, line, NOTHING, null, null));
        }
        return interactions.iterator();
      } catch (Cells.Nonsense e) {
        String misfit = row.getString(columns);
        String text = misfit == null ? row.mkString(" | ") : misfit;
        return List.of(other(place, line, BROKEN, e.getMessage(), Cells.excerpt(text))).iterator();
      }
    }

    private Row other(
        long place, long line, byte state, @Nullable String reason, @Nullable String text) {
      return RowFactory.create(
          table,
          place,
          line << 20,
          state,
          true,
          null,
          text,
          null,
          null,
          null,
          null,
          null,
          null,
          reason);
    }
  }
}
