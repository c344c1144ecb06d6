package org.optirag.spark.prepare;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What each user did strictly before each of his interactions, the latest few, oldest first. Rows
 * of a user stream by in order of time; what a task holds does not grow with a user's activity.
 */
public final class Histories {
  private static final StructType BEHAVIOUR =
      new StructType()
          .add("item", DataTypes.IntegerType, false)
          .add("label", DataTypes.BooleanType, false)
          .add("time", DataTypes.LongType, false);

  private static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add("item", DataTypes.IntegerType, false)
          .add("time", DataTypes.LongType, false)
          .add("label", DataTypes.BooleanType, false)
          .add("history", DataTypes.createArrayType(BEHAVIOUR, false), false);

  private Histories() {}

  /**
   * The rows with their histories.
   *
   * @param interactions as a prepared data set has them in Parquet
   * @param most behaviours of each
   * @return user, item, time, label, history
   */
  public static Dataset<Row> of(Dataset<Row> interactions, int most) {
    return interactions
        .selectExpr(
            "user", "item", "time", "label", "_metadata.file_name AS f", "_metadata.row_index AS n")
        .repartition(org.apache.spark.sql.functions.col("user"))
        .sortWithinPartitions("user", "time", "f", "n")
        .mapPartitions(
            (MapPartitionsFunction<Row, Row>) rows -> new Walk(rows, most), Encoders.row(SCHEMA));
  }

  private static final class Walk implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final int most;
    private final Deque<Row> before = new ArrayDeque<>(); // strictly earlier, the latest few
    private final List<Row> now = new ArrayList<>(); // of the present second, the latest few
    private @Nullable Row last;

    Walk(Iterator<Row> rows, int most) {
      this.rows = rows;
      this.most = most;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      Row row = rows.next();
      Row previous = last;
      if (previous == null || previous.getInt(0) != row.getInt(0)) {
        before.clear();
        now.clear();
      } else if (previous.getLong(2) != row.getLong(2)) {
        for (Row each : now) {
          before.add(each);
          if (before.size() > most) {
            before.remove();
          }
        }
        now.clear();
      }
      last = row;
      if (now.size() == most && most > 0) {
        now.removeFirst();
      }
      now.add(RowFactory.create(row.get(1), row.get(3), row.get(2)));
      return RowFactory.create(
          row.get(0), row.get(1), row.get(2), row.get(3), before.toArray(Row[]::new));
    }
  }
}
