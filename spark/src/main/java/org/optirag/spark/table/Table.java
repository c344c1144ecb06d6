package org.optirag.spark.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.translate;
import static org.apache.spark.sql.functions.udf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.source.Contents;
import org.optirag.dataset.source.Delimited;
import org.optirag.workspace.UserException;

/**
 * A table that Spark reads: delimited text, JSON lines, or any format that the session knows by
 * name (parquet, orc, delta, iceberg, …; "table" for one of the catalog).
 *
 * @param location a path or the name of a table
 * @param format as Spark calls it
 * @param options for its reader
 * @param columns of a text without a header; empty where it names its columns itself
 */
public record Table(
    String location, String format, Map<String, String> options, List<String> columns) {
  /** Where a row stands: its file and the part of it, as one number that grows as the text does. */
  public static final String PLACE = "__place";

  /** A number that grows from row to row of a place. */
  public static final String LINE = "__line";

  /** Of a text row with other fields than there are columns, the row; else null. */
  public static final String MISFIT = "__misfit";

  private static final String LATIN1 = "ISO-8859-1";
  private static final String WINDOWS = "WINDOWS-1252";
  private static final List<String> ENCODINGS = List.of("UTF-8", LATIN1, WINDOWS, "US-ASCII");

  /** 0x80 to 0x9F: no characters in Latin-1. */
  private static final String NO_LATIN1 =
      IntStream.range(0x80, 0xA0).mapToObj(Character::toString).collect(Collectors.joining());

  private static final int BLOCK_BITS = 44; // of a file, up to 16 TB
  private static final int COUNTER_BITS = 33; // of a partition's rows

  /** Copies the collections. */
  public Table {
    options = Map.copyOf(options);
    columns = List.copyOf(columns);
  }

  /**
   * The form that a mapping describes, by the words that it uses.
   *
   * @param format csv, tsv, jsonl or one of Spark's; null to go by the location's ending
   * @param delimiter of csv
   * @param quote of csv, "none" for none
   * @param escape of csv, inside quotes
   * @param encoding of csv
   */
  public static Table of(
      String location,
      @Nullable String format,
      @Nullable String delimiter,
      @Nullable String quote,
      @Nullable String escape,
      @Nullable String encoding,
      @Nullable List<String> columns) {
    String kind = (format == null ? ending(location) : format).toLowerCase(Locale.ROOT);
    return switch (kind) {
      case "csv", "tsv", "inter", "item", "user" -> {
        boolean comma = kind.equals("csv");
        String quoted = quote == null ? (comma ? "\"" : "none") : quote;
        Map<String, String> options = new TreeMap<>();
        options.put("sep", delimiter == null ? (comma ? "," : "\t") : delimiter);
        options.put("quote", quoted.equals("none") ? "" : quoted);
        // Spark escapes by a backslash unless told that quotes are doubled.
        options.put("escape", escape == null || escape.equals("none") ? "\"" : escape);
        options.put("encoding", known(location, encoding, ENCODINGS));
        options.put("emptyValue", "");
        yield new Table(location, "csv", options, columns == null ? List.of() : columns);
      }
      case "jsonl", "ndjson", "json" -> {
        refuse(location, kind, delimiter, quote, escape, columns);
        known(location, encoding, List.of("UTF-8")); // in others Spark writes numbers anew
        // As they are written, not as Spark would write them.
        yield new Table(location, "json", Map.of("primitivesAsString", "true"), List.of());
      }
      case "lists" ->
          throw new UserException(
              location + " has the format lists, which is read on one machine alone.",
              "Import it with 'optirag data import', or write it as Parquet.");
      default -> {
        refuse(location, kind, delimiter, quote, escape, columns, encoding);
        yield new Table(location, kind, Map.of(), List.of());
      }
    };
  }

  /** The name of an encoding as Spark calls it. */
  private static String known(String location, @Nullable String encoding, List<String> known) {
    String name = encoding == null ? "UTF-8" : encoding.toUpperCase(Locale.ROOT);
    if (known.contains(name)) {
      return name.equals(WINDOWS) ? LATIN1 : name;
    }
    throw new UserException(
        location + " is in " + encoding + ", of which these jobs know " + known + " alone.",
        "Convert it: iconv -f " + encoding + " -t UTF-8.");
  }

  private static void refuse(String location, String kind, @Nullable Object... fields) {
    if (Stream.of(fields).anyMatch(Objects::nonNull)) {
      throw new UserException(
          "The mapping gives "
              + location
              + " a delimiter, quote, escape, encoding or columns, which say nothing of the format "
              + kind
              + ".",
          "Leave them out, or give 'format: csv'.");
    }
  }

  private boolean isLatin1() {
    return LATIN1.equals(options.get("encoding"));
  }

  /** Whether it is text, whose bytes may be in any encoding. */
  public boolean isText() {
    return format.equals("csv") || format.equals("json");
  }

  /**
   * What to say where a text holds bytes that are not of its encoding: Spark puts U+FFFD in their
   * place.
   */
  public UserException foreign() {
    return new UserException(
        location + " holds bytes that are not " + options.getOrDefault("encoding", "UTF-8") + ".",
        "Say its encoding in the mapping, such as 'encoding: windows-1252', or convert it:"
            + " iconv -f WINDOWS-1252 -t UTF-8.");
  }

  private static String ending(String location) {
    String plain = location.replaceFirst("\\.(gz|bz2|zst)$", "");
    int dot = plain.lastIndexOf('.');
    if (dot < 0 || plain.indexOf('/', dot) >= 0) {
      throw new UserException(
          "The format of " + location + " is not known.",
          "Give it in the mapping, for instance 'format: parquet'.");
    }
    return plain.substring(dot + 1);
  }

  /**
   * The named columns as texts, in that order, with {@link #PLACE}, {@link #LINE} and {@link
   * #MISFIT}.
   *
   * @param firstFile the number of its first file; the tables read before have smaller ones
   * @throws UserException if it cannot be read or lacks a column
   */
  public Read read(SparkSession spark, List<String> wanted, long firstFile) {
    if (isText()) {
      String[] texts = spark.read().text(location).inputFiles();
      if (texts.length > 0) {
        insistOnNarrow(spark, texts[0]);
      }
      insistOnClosedQuotes(spark);
    }
    Dataset<Row> rows = open(spark);
    List<String> known = Arrays.asList(rows.columns());
    List<Column> selected = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      Column cell = new CellColumn(location, rows.schema()).of(wanted.get(i));
      selected.add(
          (isLatin1() ? translate(cell, NO_LATIN1, Cells.WINDOWS_1252) : cell).as("c" + i));
    }
    selected.add(known.contains(MISFIT) ? col(MISFIT) : lit(null).cast("string").as(MISFIT));
    Column counter = monotonically_increasing_id(); // the number of the partition, then of the row
    Column line = counter.bitwiseAND((1L << COUNTER_BITS) - 1).as(LINE);
    String[] files = files(rows);
    if (files.length == 0) { // a table that does not tell of files: as it comes
      selected.add(lit(firstFile << BLOCK_BITS).plus(shiftright(counter, COUNTER_BITS)).as(PLACE));
      selected.add(line);
      return new Read(rows.select(selected.toArray(Column[]::new)), firstFile + 1);
    }
    Arrays.sort(files);
    selected.add(col("_metadata.file_path").as("file"));
    selected.add(col("_metadata.file_block_start").as("block"));
    selected.add(line);
    Column number = Files.number(spark, files, firstFile).apply(col("file"));
    return new Read(
        rows.select(selected.toArray(Column[]::new))
            .withColumn(PLACE, number.multiply(1L << BLOCK_BITS).plus(col("block")))
            .drop("file", "block"),
        firstFile + files.length);
  }

  /**
   * A table read.
   *
   * @param rows its columns c0, c1, … as texts and those of this class
   * @param nextFile the number after that of its last file
   */
  public record Read(Dataset<Row> rows, long nextFile) {}

  private Dataset<Row> open(SparkSession spark) {
    TableFormat stored = new TableFormat(format);
    if (!format.equals("csv")) {
      return stored.read(spark, location, options);
    }
    try {
      DataFrameReader reader = spark.read().format(format).options(options);
      List<String> names = columns;
      if (names.isEmpty()) {
        names =
            Stream.of(spark.read().options(options).option("header", true).csv(location).columns())
                .map(Delimited::column)
                .toList();
      }
      StructType schema = new StructType();
      for (String name : names) {
        schema = schema.add(name, DataTypes.StringType);
      }
      return reader
          .schema(schema.add(MISFIT, DataTypes.StringType))
          .option("header", columns.isEmpty())
          .option("columnPruning", false) // else a row that lacks a field nobody asks for is well
          .option("columnNameOfCorruptRecord", MISFIT)
          .load(location);
    } catch (Exception e) { // Scala's own do not say that they are thrown
      throw stored.unreadable(location, e);
    }
  }

  /** Spark splits lines before it decodes them, which needs an encoding like ASCII. */
  private void insistOnNarrow(SparkSession spark, String file) {
    Path path = new Path(file);
    try (InputStream in =
        path.getFileSystem(spark.sparkContext().hadoopConfiguration()).open(path)) {
      byte[] bytes = in.readNBytes(Contents.LOOKED_AT);
      Contents found = Contents.of(bytes);
      boolean unpacked = found == Contents.GZIP && file.endsWith(".gz");
      boolean packed = found == Contents.PACKED && file.matches(".*\\.(bz2|zst|xz)");
      if (found != null && !unpacked && !packed) {
        throw found.instead(file, "text");
      }
      int first = bytes.length < 2 ? 0 : (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
      if (first == 0xFFFE || first == 0xFEFF) {
        throw new UserException(
            file + " is UTF-16, which these jobs do not read.",
            "Convert it: iconv -f UTF-16 -t UTF-8.");
      }
    } catch (IOException e) {
      throw new TableFormat(format).unreadable(file, e);
    }
  }

  /** Spark would read the rest of a quoted line as a row of its own. */
  private void insistOnClosedQuotes(SparkSession spark) {
    String quote = options.getOrDefault("quote", "");
    if (quote.isEmpty()) {
      return;
    }
    String delimiter = options.getOrDefault("sep", ",");
    String escape = options.getOrDefault("escape", quote);
    char literal = escape.equals(quote) ? 0 : escape.charAt(0);
    UDF1<String, Boolean> isOpen =
        line ->
            new Delimited(StandardCharsets.UTF_8, delimiter, quote.charAt(0), literal, List.of())
                .isOpen(line);
    List<Row> open =
        spark
            .read()
            .text(location)
            .filter(col("value").contains(quote))
            .filter(udf(isOpen, DataTypes.BooleanType).apply(col("value")))
            .takeAsList(1);
    if (!open.isEmpty()) {
      throw new UserException(
          location
              + " has a line that ends inside quotes: "
              + Cells.excerpt(open.get(0).getString(0))
              + ". These jobs read a row a line.",
          "Import it with 'optirag data import', write it as Parquet, or give 'quote: none'.");
    }
  }

  private static String[] files(Dataset<Row> rows) {
    try {
      rows.select("_metadata.file_path", "_metadata.file_block_start").schema();
      return rows.inputFiles();
    } catch (Exception e) { // not a table of files
      return new String[0];
    }
  }
}
