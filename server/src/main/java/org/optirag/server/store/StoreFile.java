package org.optirag.server.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * What a file is, told without SQLite: whoever opens a database of others with it, and be it to
 * look, changes it.
 */
final class StoreFile {
  /** Marks the file as one of ours: "ORAG". */
  static final int APPLICATION = 0x4F52_4147;

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 100;
  private static final int APPLICATION_AT = 68;

  /** What was left by who was killed while it made a store is smaller. */
  private static final long SMALL = 1 << 20;

  private static final Set<String> OURS =
      Set.of("event", "optirag_schema", "replaced", "compaction");

  /** What there may be. */
  enum Kind {
    /** A store; it may be damaged. */
    STORE,
    /** Begun by a program that was killed before a store held anything. */
    HALF_MADE,
    /** A database of another program. */
    FOREIGN,
    /** No database. */
    OTHER
  }

  private StoreFile() {}

  /** The files that belong to a database. */
  static List<Path> all(Path file) {
    List<Path> all = new ArrayList<>(List.of(file));
    for (String ending : List.of("-wal", "-shm", "-journal")) {
      all.add(file.resolveSibling(file.getFileName() + ending));
    }
    return all;
  }

  /** What a file is; nothing is changed. */
  static Kind kind(Path file) throws IOException {
    byte[] header;
    try (InputStream in = Files.newInputStream(file)) {
      header = in.readNBytes(HEADER);
    }
    if (header.length == 0) {
      return halfMadeOr(Kind.HALF_MADE, file);
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (header.length < HEADER || header[i] != MAGIC[i]) {
        return Kind.OTHER;
      }
    }
    int application = ByteBuffer.wrap(header).getInt(APPLICATION_AT);
    if (application == APPLICATION) {
      return halfMadeOr(Kind.STORE, file);
    }
    return application == 0 ? halfMadeOr(Kind.FOREIGN, file) : Kind.FOREIGN;
  }

  /** Half-made, or a store whose mark is not in the file yet, as a copy shows; or what is given. */
  private static Kind halfMadeOr(Kind otherwise, Path file) throws IOException {
    long size = 0;
    for (Path each : all(file)) {
      size += Files.exists(each) ? Files.size(each) : 0;
    }
    if (size > SMALL) {
      return otherwise;
    }
    Path directory = Files.createTempDirectory("optirag-store-");
    Path copy = directory.resolve("copy.db");
    try {
      List<Path> from = all(file);
      List<Path> to = all(copy);
      for (int i = 0; i < from.size(); i++) {
        if (Files.exists(from.get(i)) && !from.get(i).toString().endsWith("-shm")) {
          Files.copy(from.get(i), to.get(i));
        }
      }
      return looked(copy, otherwise);
    } finally {
      for (Path each : all(copy)) {
        Files.deleteIfExists(each);
      }
      Files.deleteIfExists(directory);
    }
  }

  private static Kind looked(Path copy, Kind otherwise) {
    SQLiteDataSource source = new SQLiteDataSource(new SQLiteConfig());
    source.setUrl("jdbc:sqlite:" + copy);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      boolean marked = number(statement, "PRAGMA application_id") == APPLICATION;
      List<String> tables = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      if (tables.isEmpty()) {
        return Kind.HALF_MADE;
      }
      if (!marked || !OURS.containsAll(tables)) {
        return otherwise;
      }
      boolean whole = tables.contains("event") && tables.contains("optirag_schema");
      return whole ? Kind.STORE : Kind.HALF_MADE;
    } catch (SQLException e) {
      return otherwise; // damaged, and named so by who opens it
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
