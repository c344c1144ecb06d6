package org.optirag.dataset.source;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.UserException;

/**
 * How a mapping describes the form of a file.
 *
 * @param format csv, tsv, jsonl, parquet or lists ("user item item …"); else by the file's name
 * @param delimiter of csv, one or more characters; "," if absent
 * @param quote of csv; '"' if absent, "none" for none
 * @param escape inside quotes; none if absent
 * @param encoding of csv and jsonl; UTF-8 if absent
 * @param columns of csv without a header
 */
record FileForm(
    @Nullable String format,
    @Nullable String delimiter,
    @Nullable String quote,
    @Nullable String escape,
    @Nullable String encoding,
    @Nullable List<String> columns) {

  /** The layout; {@code where} is the table's place in the mapping. */
  Layout layout(Path yaml, String where, Path file) {
    String name = SourceFiles.plainName(file).toLowerCase(Locale.ROOT);
    String kind = format == null ? name.substring(name.lastIndexOf('.') + 1) : format;
    return switch (kind.toLowerCase(Locale.ROOT)) {
      case "csv" -> delimited(yaml, where, ",", '"');
      case "tsv", "inter", "item", "user" -> delimited(yaml, where, "\t", (char) 0);
      case "jsonl", "json", "ndjson" -> {
        insistOn(yaml, where, kind, null);
        yield new RecordLines(charset(yaml, where), Set.of());
      }
      case "parquet" -> {
        insistOn(yaml, where, kind, encoding);
        yield new ParquetTable();
      }
      case "lists" -> {
        insistOn(yaml, where, kind, encoding);
        yield new UserLists();
      }
      default -> {
        Contents.refuseForeign(file);
        throw new UserException(
            ConfigFile.place(yaml, where + (format == null ? ".file" : ".format"))
                + ": the form of "
                + file
                + " is not known ('"
                + kind
                + "').",
            "Give its format: csv, tsv, jsonl, parquet or lists.");
      }
    };
  }

  /** Refuses fields that say nothing of files of a kind. */
  private void insistOn(Path yaml, String where, String kind, @Nullable String encodingOfIt) {
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    given.put("delimiter", delimiter);
    given.put("quote", quote);
    given.put("escape", escape);
    given.put("columns", columns);
    given.put("encoding", encodingOfIt);
    given.forEach((field, value) -> {
      if (value != null) {
        throw new UserException(
            ConfigFile.place(yaml, where + "." + field)
                + " says nothing of a file of the format "
                + kind
                + ".",
            "Leave it out, or give 'format: csv'.");
      }
    });
  }

  private Delimited delimited(Path yaml, String where, String usualDelimiter, char usualQuote) {
    return new Delimited(
        charset(yaml, where),
        delimiter == null ? usualDelimiter : some(yaml, where + ".delimiter", delimiter),
        quote == null ? usualQuote : character(yaml, where + ".quote", quote),
        escape == null ? 0 : character(yaml, where + ".escape", escape),
        columns == null
            ? List.of()
            : columns.stream()
                .map(column -> Mapping.required(yaml, where + ".columns", column))
                .toList());
  }

  private Charset charset(Path yaml, String where) {
    try {
      return encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".encoding") + " is '" + encoding + "'.",
          "Give one such as UTF-8 or ISO-8859-1.",
          e);
    }
  }

  private static String some(Path yaml, String field, String value) {
    if (value.isEmpty()) {
      throw new UserException(
          ConfigFile.place(yaml, field) + " is empty.", "Give the characters, or leave it out.");
    }
    return value;
  }

  private static char character(Path yaml, String field, String value) {
    if (value.equals("none")) {
      return 0;
    }
    if (value.length() != 1) {
      throw new UserException(
          ConfigFile.place(yaml, field) + " is '" + value + "'.", "Give one character, or none.");
    }
    return value.charAt(0);
  }
}
