package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * Tables in files of their own, Parquet or CSV by the file's ending: written whole or not at all,
 * and read row by row. For one thread.
 */
public final class TableFile implements AutoCloseable {
  private static final String ENDINGS = "Name a file that ends in .parquet or .csv.";

  private final Path target;
  private final Scratch scratch;
  private final Duck duck;
  private final DuckDBAppender rows;
  private final List<Column> columns;
  private long added;

  /** What a column holds. */
  public enum Type {
    /** A string. */
    TEXT("VARCHAR"),
    /** A long. */
    WHOLE("BIGINT"),
    /** A double. */
    NUMBER("DOUBLE"),
    /** True or false. */
    FLAG("BOOLEAN");

    private final String sql;

    Type(String sql) {
      this.sql = sql;
    }
  }

  /** A column. */
  public record Column(String name, Type type) {}

  private TableFile(Path target, Scratch scratch, Duck duck, List<Column> columns)
      throws SQLException {
    this.target = target.toAbsolutePath();
    this.columns = List.copyOf(columns);
    this.scratch = scratch;
    this.duck = duck;
    duck.run(
        "CREATE TABLE told (seq BIGINT, "
            + columns.stream()
                .map(column -> Duck.identifier(column.name) + " " + column.type.sql)
                .collect(Collectors.joining(", "))
            + ")");
    this.rows = duck.appender("told");
  }

  /**
   * Checks a file's name.
   *
   * @throws UserException if it ends in neither .parquet nor .csv
   */
  public static Path requireEnding(Path file) {
    copyOptions(file);
    return file;
  }

  private static String copyOptions(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".parquet")) {
      return "FORMAT parquet, COMPRESSION zstd";
    }
    if (name.endsWith(".csv")) {
      return "FORMAT csv, HEADER true";
    }
    throw new UserException(file + " is of no form that can be written.", ENDINGS);
  }

  /**
   * Begins a file.
   *
   * @param target takes the rows when all of them are there; until then it stays as it is
   * @throws UserException if it ends in neither .parquet nor .csv, or cannot be written
   */
  public static TableFile write(Path target, List<Column> columns) {
    copyOptions(target);
    Scratch scratch = new Scratch(target);
    try {
      return new TableFile(target, scratch, Duck.onDisk(scratch.directory()), columns);
    } catch (SQLException e) {
      scratch.close();
      throw Duck.trouble(e);
    }
  }

  /**
   * Adds a row.
   *
   * @param values a String, Long, Integer, Double, Boolean or null for each column
   */
  public void add(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(values.length + " values, " + columns.size() + " columns");
    }
    try {
      rows.beginRow();
      rows.append(added++);
      for (Object value : values) {
        switch (value) {
          case null -> rows.appendNull();
          case String text -> rows.append(text);
          case Long whole -> rows.append((long) whole);
          case Integer whole -> rows.append((long) whole);
          case Double number -> rows.append((double) number);
          case Boolean flag -> rows.append((boolean) flag);
          default -> throw new IllegalArgumentException(value.getClass().getName());
        }
      }
      rows.endRow();
    } catch (SQLException e) {
      throw Duck.trouble(e);
    }
  }

  /** Puts the rows, in their order, into the place of the file. */
  public void finish() {
    Path part = scratch.directory().resolve("part" + suffix());
    try {
      rows.close();
      String names =
          columns.stream()
              .map(column -> Duck.identifier(column.name))
              .collect(Collectors.joining(", "));
      duck.run(
          "COPY (SELECT %s FROM told ORDER BY seq) TO %s (%s)"
              .formatted(names, Duck.literal(part), copyOptions(target)));
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (SQLException e) {
      throw Duck.trouble(e);
    } catch (IOException e) {
      throw new UserException(
          "Cannot write " + target + ": " + e.getMessage() + ".",
          "Free some space, or choose a directory you can write.",
          e);
    }
  }

  private String suffix() {
    String name = target.getFileName().toString();
    return name.substring(name.lastIndexOf('.'));
  }

  @Override
  public void close() {
    duck.close();
    scratch.close();
  }

  /** Takes a row; a text for each column that was asked for, null where there is none. */
  @FunctionalInterface
  public interface Reader {
    void row(List<@Nullable String> values);
  }

  /**
   * Reads columns of a table in CSV or TSV with a header, JSON lines or Parquet, also compressed,
   * by the file's ending; in the order of the rows.
   *
   * @param needed names of columns that must be there
   * @param optional names of columns that may be there; where they are not, all values are null
   * @throws UserException if the file cannot be read or has no such column; it names those it has
   */
  public static void read(Path file, List<String> needed, List<String> optional, Reader reader) {
    if (!Files.isRegularFile(file)) {
      throw new UserException("There is no file " + file + ".", "Name a table in a file.");
    }
    try (Scratch scratch = new Scratch(Path.of(System.getProperty("java.io.tmpdir"), "table"));
        Duck duck = Duck.inMemory(scratch.directory())) {
      String source = source(file);
      List<String> there = new ArrayList<>();
      try {
        duck.query("DESCRIBE SELECT * FROM " + source, row -> there.add(row.getString(1)));
      } catch (UserException e) {
        throw new UserException(
            "Cannot read " + file + ": " + e.problem(),
            "Give CSV or TSV with a header, JSON lines or Parquet, and the ending that says so.",
            e);
      }
      for (String name : needed) {
        if (!there.contains(name)) {
          throw new UserException(
              "%s has no column '%s'; it has %s.".formatted(file, name, there),
              "Name the columns " + String.join(", ", needed) + ".");
        }
      }
      List<String> asked = new ArrayList<>(needed);
      asked.addAll(optional);
      String select =
          asked.stream()
              .map(name ->
                  there.contains(name)
                      ? "CAST(" + Duck.identifier(name) + " AS VARCHAR)"
                      : "NULL::VARCHAR")
              .collect(Collectors.joining(", "));
      duck.query(
          "SELECT " + select + " FROM " + source, row -> reader.row(values(row, asked.size())));
    }
  }

  private static List<@Nullable String> values(ResultSet row, int columns) {
    return IntStream.rangeClosed(1, columns)
        .<@Nullable String>mapToObj(column -> {
          try {
            return row.getString(column);
          } catch (SQLException e) {
            throw Duck.trouble(e);
          }
        })
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String source(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String plain = name.replaceFirst("\\.(gz|zst)$", "");
    String quoted = Duck.literal(file.toAbsolutePath());
    if (plain.endsWith(".parquet")) {
      return "read_parquet(" + quoted + ")";
    }
    if (plain.endsWith(".jsonl") || plain.endsWith(".ndjson") || plain.endsWith(".json")) {
      return "read_json_auto(" + quoted + ", format = 'newline_delimited')";
    }
    if (plain.endsWith(".csv") || plain.endsWith(".tsv")) {
      return "read_csv(%s, header = true, all_varchar = true, delim = '%s', quote = '\"')"
          .formatted(quoted, plain.endsWith(".csv") ? "," : "\t");
    }
    throw new UserException(
        file + " is of no form that can be read.",
        "Name a file that ends in .csv, .tsv, .jsonl or .parquet, or in one of these and .gz.");
  }
}
