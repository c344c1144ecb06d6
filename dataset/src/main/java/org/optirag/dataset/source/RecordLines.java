package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * One record a line: a JSON object, or a Python dictionary as in Amazon's metadata of 2014. Columns
 * are the record's fields; a list comes as its texts, each once, joined by ", ". A column that a
 * record lacks is missing in that row; one that the whole file lacks leaves every row without it.
 */
public record RecordLines() implements Layout {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(100)
                  .maxStringLength(TextLines.LONGEST)
                  .build())
          .build();

  @Override
  public void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException {
    Set<String> wanted = new HashSet<>(columns);
    @Nullable String[] values = new String[columns.size()];
    try (TextLines lines = new TextLines(file, StandardCharsets.UTF_8)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        if (text.isBlank()) {
          continue;
        }
        try {
          if (lines.cut()) {
            throw new IllegalArgumentException(
                "the line has more than " + TextLines.LONGEST + " characters");
          }
          Map<String, String> record =
              text.startsWith("{'") ? python(text, wanted) : json(text, wanted);
          for (int i = 0; i < values.length; i++) {
            values[i] = record.get(columns.get(i));
          }
        } catch (IllegalArgumentException e) {
          complaints.broken(file, lines.number(), String.valueOf(e.getMessage()), text);
          continue;
        }
        rows.accept(lines.number(), values);
      }
    }
  }

  private static Map<String, String> json(String text, Set<String> wanted) {
    Map<String, String> record = new java.util.HashMap<>();
    try (JsonParser in = JSON.createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        JsonToken value = in.nextToken();
        if (!wanted.contains(name)) {
          in.skipChildren();
        } else if (value == JsonToken.START_ARRAY) {
          record.put(name, joined(list(in)));
        } else if (value == JsonToken.START_OBJECT) {
          in.skipChildren();
        } else if (value != JsonToken.VALUE_NULL) {
          record.put(name, in.getString());
        }
      }
      return record;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static List<Object> list(JsonParser in) {
    List<Object> texts = new ArrayList<>();
    int depth = 1;
    while (depth > 0) {
      JsonToken token = in.nextToken();
      if (token == null) {
        throw new IllegalArgumentException("not JSON: the line ends inside a list");
      } else if (token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT) {
        depth++;
      } else if (token == JsonToken.END_ARRAY || token == JsonToken.END_OBJECT) {
        depth--;
      } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
        texts.add(in.getString());
      }
    }
    return texts;
  }

  private static Map<String, String> python(String text, Set<String> wanted) {
    Map<String, String> record = new java.util.HashMap<>();
    PythonLiteral.dictionary(text)
        .forEach((name, value) -> {
          if (value instanceof Collection<?> list && wanted.contains(name)) {
            record.put(name, joined(list));
          } else if (value != null && wanted.contains(name)) {
            record.put(name, value.toString());
          }
        });
    return record;
  }

  private static String joined(Collection<?> list) {
    Set<String> texts = new LinkedHashSet<>();
    flatten(list, texts);
    return String.join(", ", texts);
  }

  private static void flatten(Collection<?> list, Set<String> texts) {
    for (Object element : list) {
      if (element instanceof Collection<?> inner) {
        flatten(inner, texts);
      } else if (element != null && !element.toString().isBlank()) {
        texts.add(element.toString().strip());
      }
    }
  }
}
