package org.optirag.dataset.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.Nearest;
import org.optirag.workspace.UserException;
import org.optirag.workspace.Utf8;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

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
        throw unreadable(file, e);
      }
      for (String name : needed) {
        if (!there.contains(name)) {
          throw new UserException(
              "%s has no column '%s'; it has %s.".formatted(file, name, there),
              Nearest.question(name, there)
                  + "Name the columns "
                  + String.join(", ", needed)
                  + ".");
        }
      }
      requireKnown(file, there, needed, optional);
      List<String> asked = new ArrayList<>(needed);
      asked.addAll(optional);
      String select =
          asked.stream()
              .map(name ->
                  there.contains(name)
                      ? "CAST(" + Duck.identifier(name) + " AS VARCHAR)"
                      : "NULL::VARCHAR")
              .collect(Collectors.joining(", "));
      AtomicReference<UserException> refused = new AtomicReference<>();
      try {
        duck.query(
            "SELECT " + select + " FROM " + source,
            row -> {
              List<@Nullable String> values = values(row, asked.size());
              try {
                reader.row(values);
              } catch (UserException e) {
                refused.set(e);
                throw e;
              }
            });
      } catch (UserException e) {
        throw e.equals(refused.get()) ? e : unreadable(file, e);
      }
    }
  }

  /** Says what is wrong with a file, by its line where that can be found. */
  private static UserException unreadable(Path file, UserException e) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean lines = name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json");
    boolean text = lines || name.endsWith(".csv") || name.endsWith(".tsv");
    Optional<UserException> broken = text ? Utf8.found(file) : Optional.empty();
    if (broken.isPresent()) {
      return broken.get();
    }
    return (lines ? noJson(file) : text ? uneven(file, name) : Optional.<UserException>empty())
        .orElseGet(() ->
            new UserException(
                "Cannot read %s: %s"
                    .formatted(
                        file,
                        e.problem()
                            .replace("The data could not be processed: ", "")
                            .replaceFirst("^[A-Z][A-Za-z]+( [A-Z][a-z]+)* Error: ", "")),
                "Give CSV or TSV with a header, JSON lines or Parquet, and the ending that says so.",
                e));
  }

  /** The first line with more or fewer cells than the header, if there is one. */
  private static Optional<UserException> uneven(Path file, String name) {
    char delimiter = name.endsWith(".csv") ? ',' : '\t';
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      int columns = 0;
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        int cells = 1;
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
          quoted ^= line.charAt(i) == '"';
          cells += !quoted && line.charAt(i) == delimiter ? 1 : 0;
        }
        if (quoted) {
          return Optional.empty(); // a cell of several lines
        }
        columns = number == 1 ? cells : columns;
        if (cells != columns && !line.isEmpty()) {
          return Optional.of(
              new UserException(
                  "%s:%d: the line has %d cells, the header %d."
                      .formatted(file, number, cells, columns),
                  "Put a text that holds '%s' into double quotes."
                      .formatted(delimiter == ',' ? "," : "a tab")));
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // what was said of it before is all that is known
    }
    return Optional.empty();
  }

  /** The first line that is no JSON object, if there is one. */
  private static Optional<UserException> noJson(Path file) {
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String problem = "it is no object";
        try {
          if (line.isBlank() || JsonMapper.shared().readTree(line).isObject()) {
            continue;
          }
        } catch (JacksonException e) {
          problem =
              e.getOriginalMessage()
                  .lines()
                  .findFirst()
                  .orElse("it is no JSON")
                  .replaceFirst(" \\(start marker.*", "");
        }
        return Optional.of(
            new UserException(
                "%s:%d: %s.".formatted(file, number, problem),
                "Give an object a line, such as {\"user\": \"42\", \"item\": \"50\"}."));
      }
    } catch (IOException e) {
      return Optional.empty(); // what was said of it before is all that is known
    }
    return Optional.empty();
  }

  /** A column that nobody asks for is passed over, but not one that was meant as one of these. */
  private static void requireKnown(
      Path file, List<String> there, List<String> needed, List<String> optional) {
    List<String> missing = optional.stream().filter(name -> !there.contains(name)).toList();
    for (String name : there) {
      if (!needed.contains(name) && !optional.contains(name)) {
        Nearest.to(name, missing)
            .ifPresent(meant -> {
              throw new UserException(
                  "%s: the column '%s' is not known.".formatted(file, name),
                  "Did you mean '%s'? Else give it another name.".formatted(meant));
            });
      }
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
      return "read_csv(%s, header = true, skip = 0, all_varchar = true, delim = '%s', quote = '\"')"
          .formatted(quoted, plain.endsWith(".csv") ? "," : "\t");
    }
    throw new UserException(
        file + " is of no form that can be read.",
        "Name a file that ends in .csv, .tsv, .jsonl or .parquet, or in one of these and .gz.");
  }
}
