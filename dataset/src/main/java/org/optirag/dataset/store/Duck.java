package org.optirag.dataset.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.optirag.workspace.UserException;

/** A DuckDB in this process, with bounded memory; what does not fit goes to disk. */
final class Duck implements AutoCloseable {
  private static final String MEMORY = "1GB";

  private final DuckDBConnection connection;

  private Duck(DuckDBConnection connection) {
    this.connection = connection;
  }

  /** One whose tables live in a file below {@code directory}; rows have no order of their own. */
  static Duck onDisk(Path directory) {
    return open("jdbc:duckdb:" + directory.resolve("work.duckdb"), directory, false);
  }

  /**
   * One that only queries files, whose rows come in their order; {@code directory} takes what does
   * not fit into memory.
   */
  static Duck inMemory(Path directory) {
    return open("jdbc:duckdb:", directory, true);
  }

  private static Duck open(String url, Path directory, boolean ordered) {
    Properties settings = new Properties();
    settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    settings.setProperty("memory_limit", MEMORY);
    settings.setProperty("temp_directory", directory.resolve("work.tmp").toString());
    settings.setProperty("preserve_insertion_order", Boolean.toString(ordered));
    try {
      Connection opened = DriverManager.getConnection(url, settings);
      return new Duck(opened.unwrap(DuckDBConnection.class));
    } catch (SQLException e) {
      throw trouble(e);
    }
  }

  /** Runs a statement. */
  void run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw trouble(e);
    }
  }

  /** The single number that a query gives. */
  long number(String sql) {
    long[] number = new long[1];
    query(sql, row -> number[0] = row.getLong(1));
    return number[0];
  }

  /** Receives the rows of a result. */
  @FunctionalInterface
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  /** Runs a query, row by row. */
  void query(String sql, RowReader reader) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        reader.read(rows);
      }
    } catch (SQLException e) {
      throw trouble(e);
    }
  }

  /** Adds rows to a table; for one thread. */
  DuckDBAppender appender(String table) throws SQLException {
    return connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, table);
  }

  /** A text as an SQL literal. */
  static String literal(Object text) {
    return "'" + text.toString().replace("'", "''") + "'";
  }

  /** A name as an SQL identifier. */
  static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  static UserException trouble(SQLException e) {
    return new UserException(
        "The data could not be processed: "
            + String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip(),
        "Check that the disk has room; otherwise this is a fault of OptiRAG.",
        e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw trouble(e);
    }
  }
}
