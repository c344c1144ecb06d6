package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/** A Parquet file. Its rows are numbered from 1. */
public record ParquetTable() implements Layout {
  @Override
  public void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException {
    Properties settings = new Properties();
    settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    String table = "read_parquet('" + file.toString().replace("'", "''") + "')";
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:", settings);
        Statement statement = duck.createStatement()) {
      List<String> known = new ArrayList<>();
      try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
        while (described.next()) {
          known.add(described.getString(1));
        }
      }
      for (String column : columns) {
        if (!known.contains(column)) {
          throw Layout.missing(file, column, known);
        }
      }
      String selected =
          columns.stream()
              .map(column -> "\"" + column.replace("\"", "\"\"") + "\"::VARCHAR")
              .collect(Collectors.joining(", "));
      @Nullable String[] values = new String[columns.size()];
      try (ResultSet result = statement.executeQuery("SELECT " + selected + " FROM " + table)) {
        for (long row = 1; result.next(); row++) {
          for (int i = 0; i < values.length; i++) {
            values[i] = result.getString(i + 1);
          }
          rows.accept(row, values);
        }
      }
    } catch (SQLException e) {
      throw new IOException(
          String.valueOf(e.getMessage()).lines().findFirst().orElse("not Parquet"), e);
    }
  }
}
