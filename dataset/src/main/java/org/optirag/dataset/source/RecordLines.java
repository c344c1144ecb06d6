package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * One record a line: a JSON object, or a Python dictionary as in Amazon's metadata of 2014. Columns
 * are the record's fields, and by dotted names the fields of records within it. A column that a
 * record lacks is missing in that row.
 *
 * @param charset of the text
 * @param optional columns that the whole file may lack; another that no record has is an error
 */
public record RecordLines(Charset charset, Set<String> optional) implements Layout {
  private static final int FIRST = 1000; // records whose names a message tells
  private static final int MOST_NAMES = 100;

  /** Copies the set. */
  public RecordLines {
    optional = Set.copyOf(optional);
  }

  /** UTF-8, with every column in at least one record. */
  public RecordLines() {
    this(StandardCharsets.UTF_8, Set.of());
  }

  @Override
  public void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException {
    List<List<String>> paths =
        columns.stream().map(column -> List.of(column.split("\\.", -1))).toList();
    Set<String> roots =
        paths.stream()
            .map(path -> path.get(0))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    roots.addAll(columns);
    Set<String> names = new LinkedHashSet<>();
    boolean[] seen = new boolean[columns.size()];
    long read = 0;
    @Nullable String[] values = new String[columns.size()];
    try (TextLines lines = new TextLines(file, charset)) {
      if (lines.note() != null) {
        complaints.noted(lines.note());
      }
      for (String text = lines.next(); text != null; text = lines.next()) {
        if (text.isBlank()) {
          continue;
        }
        try {
          if (lines.cut()) {
            throw new IllegalArgumentException(
                "the line has more than " + TextLines.LONGEST + " characters");
          }
          Map<String, @Nullable Object> record =
              text.startsWith("{'")
                  ? PythonLiteral.dictionary(text)
                  : json(text, roots, read < FIRST);
          for (int i = 0; i < values.length; i++) {
            Object value =
                record.containsKey(columns.get(i))
                    ? record.get(columns.get(i))
                    : Nested.at(record, paths.get(i));
            seen[i] |= value != null || record.containsKey(columns.get(i));
            values[i] = Nested.cell(value);
          }
          if (read < FIRST && names.size() < MOST_NAMES) {
            names(record, "", names);
          }
        } catch (IllegalArgumentException e) {
          insistOnLines(file, lines.number(), text.strip());
          complaints.broken(file, lines.number(), String.valueOf(e.getMessage()), text);
          continue;
        }
        read++;
        rows.accept(lines.number(), values);
      }
    }
    for (int i = 0; i < seen.length && read > 0; i++) {
      if (!seen[i] && !optional.contains(columns.get(i))) {
        throw Layout.missing(file, columns.get(i), new ArrayList<>(names));
      }
    }
  }

  /** Refuses JSON that does not have a record a line, as its first line shows. */
  private static void insistOnLines(Path file, long line, String text) {
    if (line == 1 && (text.startsWith("[") || text.equals("{"))) {
      throw new UserException(
          file + " is JSON, but not one record a line.",
          "Make it so: jq -c '" + (text.equals("{") ? "." : ".[]") + "' " + file + " > NEW.jsonl.");
    }
  }

  /** The wanted fields with their values, and if {@code all} the others too. */
  private static Map<String, @Nullable Object> json(String text, Set<String> wanted, boolean all) {
    Map<String, @Nullable Object> record = new LinkedHashMap<>();
    try (JsonParser in = Nested.parser(text)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        in.nextToken();
        if (wanted.contains(name) || all) { // a message may have to name what is within
          if (record.get(name) != null) {
            throw new IllegalArgumentException("the field '" + name + "' is there twice");
          }
          record.put(name, Nested.value(in));
        } else {
          in.skipChildren();
        }
      }
      if (in.currentToken() == null) {
        throw new IllegalArgumentException("not JSON: the record is not closed");
      }
      if (in.nextToken() != null) {
        throw new IllegalArgumentException("more than one record in the line");
      }
      return record;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          e.getLocation() == null
              ? "not JSON"
              : "not JSON at character " + e.getLocation().getColumnNr(),
          e);
    }
  }

  /** The names of a record's fields and, dotted, of those within them. */
  private static void names(Map<?, ?> record, String before, Set<String> names) {
    record.forEach((name, value) -> {
      names.add(before + name);
      if (value instanceof Map<?, ?> within) {
        names(within, before + name + ".", names);
      }
    });
  }
}
