package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file. Its rows are numbered from 1. Columns are as they stand, and by dotted names the
 * fields of records and maps.
 */
public record ParquetTable() implements Layout {
  private static final String ZONED = "TIMESTAMP WITH TIME ZONE";

  /**
   * How Spark writes moments unless told otherwise; nothing in such a column says that they are.
   */
  private static final String OLD_MOMENTS =
      "SELECT name FROM parquet_schema('%s') WHERE type = 'INT96'";

  @Override
  public void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException {
    Contents.insistOnParquet(file);
    Properties settings = new Properties();
    settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    String quoted = file.toString().replace("'", "''");
    String table = "read_parquet('" + quoted + "')";
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:", settings);
        Statement statement = duck.createStatement()) {
      Map<String, String> known = new LinkedHashMap<>(); // column to type
      try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
        while (described.next()) {
          known.put(described.getString(1), described.getString(2));
        }
      }
      try (ResultSet moments = statement.executeQuery(OLD_MOMENTS.formatted(quoted))) {
        while (moments.next()) {
          known.replace(moments.getString(1), "TIMESTAMP", ZONED);
        }
      }
      Places places = new Places(file, List.copyOf(known.keySet()), columns);
      String selected =
          places.bases().stream()
              .map(column -> text(column, known.getOrDefault(column, "")))
              .collect(Collectors.joining(", "));
      boolean[] zoned = new boolean[columns.size()];
      for (int i = 0; i < zoned.length; i++) {
        zoned[i] = ZONED.equals(known.get(places.bases().get(i)));
      }
      long read = 0;
      @Nullable String[] values = new String[columns.size()];
      try (ResultSet result = statement.executeQuery("SELECT " + selected + " FROM " + table)) {
        for (long row = 1; result.next(); row++) {
          for (int i = 0; i < values.length; i++) {
            String cell = result.getString(i + 1);
            values[i] =
                places.value(
                    i, zoned[i] && cell != null ? Cells.moment(Long.parseLong(cell)) : cell);
          }
          rows.accept(row, values);
          read = row;
        }
      }
      if (read > 0) {
        places.insistOnFields();
      }
    } catch (SQLException e) {
      throw new IOException(
          String.valueOf(e.getMessage()).lines().findFirst().orElse("not Parquet"), e);
    }
  }

  /** A column as text: lists, maps and records marked as such, whole floats without ".0". */
  private static String text(String column, String type) {
    String name = "\"" + column.replace("\"", "\"\"") + "\"";
    if (type.endsWith("]") || type.startsWith("STRUCT(") || type.startsWith("MAP(")) {
      return "CASE WHEN %1$s IS NOT NULL THEN chr(%2$d) || to_json(%1$s)::VARCHAR END"
          .formatted(name, (int) Nested.MARK);
    }
    return switch (type.replaceFirst("\\(.*", "")) {
      case "BLOB" -> "decode(" + name + ")"; // texts that are not marked as such
      case ZONED -> "epoch_us(" + name + ")::VARCHAR";
      case "JSON" -> name + " ->> '$'";
      case "FLOAT", "DOUBLE", "DECIMAL" -> // a float that is no number is a missing one
          "CASE WHEN abs(%1$s) < 1e15 AND trunc(%1$s) = %1$s THEN %1$s::BIGINT::VARCHAR"
                  .formatted(name)
              + " WHEN isnan(%1$s::DOUBLE) THEN NULL ELSE %1$s::VARCHAR END".formatted(name);
      default -> name + "::VARCHAR";
    };
  }
}
