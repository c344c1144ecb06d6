package org.optirag.dataset.source;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Cells that hold more than one value: lists, maps and records. They go from a reader to whoever
 * understands the cell as {@link #MARK} and JSON, whatever form the file has. A text without the
 * mark is one of them where it is a JSON or Python list or dictionary with texts in it, as pandas
 * writes them into CSV: "[1984]" and "[REC]" are titles, "['Drama', 'War']" is a list.
 *
 * <p>A value in Java is a String, a List, a Map or null.
 */
final class Nested {
  /** Begins a cell that a reader knows to be a list, map or record; no text begins with it. */
  static final char MARK = '\u001E';

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(100)
                  .maxStringLength(TextLines.LONGEST)
                  .build())
          .build();
  private static final JsonMapper WRITER = new JsonMapper();

  private Nested() {}

  /** A parser of a JSON text. */
  static JsonParser parser(String json) {
    return JSON.createParser(ObjectReadContext.empty(), json);
  }

  /** The value that begins with the parser's token, scalars as their texts. */
  static @Nullable Object value(JsonParser in) {
    JsonToken token = in.currentToken();
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> list = new ArrayList<>();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(in));
      }
      return list;
    }
    if (token == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        in.nextToken();
        map.put(name, value(in));
      }
      return map;
    }
    if (token == null) {
      throw new IllegalArgumentException("not JSON: it ends inside a value");
    }
    return token == JsonToken.VALUE_NULL ? null : in.getString();
  }

  /** The cell of a value. */
  static @Nullable String cell(@Nullable Object value) {
    return value == null || value instanceof String
        ? (String) value
        : MARK + WRITER.writeValueAsString(value);
  }

  /** The list or map that a cell holds, or null where it holds a single value. */
  static @Nullable Object of(@Nullable String cell) {
    if (cell == null || cell.isEmpty()) {
      return null;
    }
    boolean marked = cell.charAt(0) == MARK;
    String text = (marked ? cell.substring(1) : cell).strip();
    if (text.length() < 2 || !isBracketed(text)) {
      return null;
    }
    Object value = parsed(text);
    return marked || isEmpty(value) || (value != null && holdsText(text)) ? value : null;
  }

  private static boolean isBracketed(String text) {
    char last = text.charAt(text.length() - 1);
    return switch (text.charAt(0)) {
      case '[' -> last == ']';
      case '{' -> last == '}';
      default -> false;
    };
  }

  private static boolean isEmpty(@Nullable Object value) {
    return (value instanceof Collection<?> list && list.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty());
  }

  private static boolean holdsText(String text) {
    return text.indexOf('"') >= 0 || text.indexOf('\'') >= 0;
  }

  private static @Nullable Object parsed(String text) {
    try (JsonParser in = parser(text)) {
      in.nextToken();
      Object value = value(in);
      if (in.nextToken() == null) {
        return value;
      }
    } catch (JacksonException | IllegalArgumentException e) {
      // perhaps Python's
    }
    try {
      return PythonLiteral.value(text);
    } catch (IllegalArgumentException e) {
      return null; // a text in brackets
    }
  }

  /**
   * A list as "Books, Sci-Fi", each text once, a map as "key: value, key: value"; "" for nothing.
   */
  static String plain(@Nullable String cell) {
    Object value = of(cell);
    if (value == null) {
      return cell == null ? "" : unmarked(cell);
    }
    Set<String> texts = new LinkedHashSet<>();
    gather(value, texts);
    return String.join(", ", texts);
  }

  private static void gather(@Nullable Object value, Set<String> texts) {
    if (value instanceof Collection<?> list) {
      list.forEach(element -> gather(element, texts));
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, element) -> {
        Set<String> of = new LinkedHashSet<>();
        gather(element, of);
        if (!of.isEmpty()) {
          texts.add(key + ": " + String.join(", ", of));
        }
      });
    } else if (value != null && !value.toString().isBlank()) {
      texts.add(value.toString().strip());
    }
  }

  /** The texts of a list, as many as there are; null where the cell holds none or a map. */
  static @Nullable List<String> texts(@Nullable String cell) {
    if (!(of(cell) instanceof Collection<?> list)) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    for (Object element : list) {
      if (element instanceof Collection<?> || element instanceof Map<?, ?>) {
        return null;
      }
      texts.add(element == null ? "" : element.toString());
    }
    return texts;
  }

  /** The field of a dotted name within a value; of a list, those of its elements as a list. */
  static @Nullable Object at(@Nullable Object value, List<String> path) {
    if (path.isEmpty() || value == null) {
      return value;
    }
    if (value instanceof Collection<?> list) {
      List<@Nullable Object> found = new ArrayList<>();
      for (Object element : list) {
        Object each = at(element, path);
        if (each != null) {
          found.add(each);
        }
      }
      return found.isEmpty() ? null : found;
    }
    return value instanceof Map<?, ?> map
        ? at(map.get(path.get(0)), path.subList(1, path.size()))
        : null;
  }

  /** The cell as a user would write it. */
  static String unmarked(String cell) {
    return !cell.isEmpty() && cell.charAt(0) == MARK ? cell.substring(1) : cell;
  }
}
