package org.optirag.dataset.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what Python's repr writes of dictionaries, lists, texts, numbers, None and booleans. */
final class PythonLiteral {
  private static final int DEEPEST = 100;

  private final String text;
  private int at;
  private int depth;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /**
   * The dictionary that a line holds: values are String, List, Map or null; numbers come as text.
   *
   * @throws IllegalArgumentException if it holds anything else
   */
  static Map<String, @Nullable Object> dictionary(String line) {
    PythonLiteral reader = new PythonLiteral(line.strip());
    if (!(reader.value() instanceof Map<?, ?> read) || reader.at < reader.text.length()) {
      throw reader.unexpected("the end of a dictionary");
    }
    Map<String, @Nullable Object> dictionary = new LinkedHashMap<>();
    read.forEach((name, value) -> dictionary.put(String.valueOf(name), value));
    return dictionary;
  }

  /**
   * The value that a text holds: String, List, Map or null.
   *
   * @throws IllegalArgumentException if it holds anything else
   */
  static @Nullable Object value(String text) {
    PythonLiteral reader = new PythonLiteral(text.strip());
    Object value = reader.value();
    if (reader.at < reader.text.length()) {
      throw reader.unexpected("the end");
    }
    return value;
  }

  private @Nullable Object value() {
    skipBlanks();
    char c = peek();
    if (c == 'u' && at + 1 < text.length() && "'\"".indexOf(text.charAt(at + 1)) >= 0) {
      at++;
      c = peek();
    }
    return switch (c) {
      case '{' -> map();
      case '[' -> list(']');
      case '(' -> list(')');
      case '\'', '"' -> string(c);
      default -> word();
    };
  }

  private Map<String, @Nullable Object> map() {
    enter();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    while (!closes('}')) {
      String name = String.valueOf(value());
      skipBlanks();
      expect(':');
      map.put(name, value());
      comma('}');
    }
    depth--;
    return map;
  }

  private List<@Nullable Object> list(char close) {
    enter();
    List<@Nullable Object> list = new ArrayList<>();
    while (!closes(close)) {
      list.add(value());
      comma(close);
    }
    depth--;
    return list;
  }

  private void enter() {
    at++;
    if (++depth > DEEPEST) {
      throw new IllegalArgumentException("nested more than " + DEEPEST + " deep");
    }
  }

  private boolean closes(char close) {
    skipBlanks();
    if (peek() == close) {
      at++;
      return true;
    }
    return false;
  }

  private void comma(char close) {
    skipBlanks();
    if (peek() == ',') {
      at++;
    } else if (peek() != close) {
      throw unexpected("',' or '" + close + "'");
    }
  }

  private String string(char quote) {
    StringBuilder out = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == quote) {
        at++;
        return out.toString();
      }
      if (c == '\\' && at + 1 < text.length()) {
        escape(out);
      } else {
        out.append(c);
      }
    }
    throw new IllegalArgumentException("a text is opened and never closed");
  }

  private void escape(StringBuilder out) {
    char c = text.charAt(++at);
    switch (c) {
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'x' -> out.appendCodePoint(hex(2));
      case 'u' -> out.appendCodePoint(hex(4));
      case 'U' -> out.appendCodePoint(hex(8));
      case '\\', '\'', '"' -> out.append(c);
      default -> out.append('\\').append(c);
    }
  }

  private int hex(int digits) {
    int end = at + 1 + digits;
    if (end > text.length()) {
      throw unexpected(digits + " hexadecimal digits");
    }
    try {
      int code = Integer.parseUnsignedInt(text, at + 1, end, 16);
      if (!Character.isValidCodePoint(code)) {
        throw unexpected("a code point");
      }
      at = end - 1;
      return code;
    } catch (NumberFormatException e) {
      throw unexpected(digits + " hexadecimal digits");
    }
  }

  private @Nullable String word() {
    int from = at;
    while (at < text.length() && ",:]})".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(from, at).strip();
    if (!word.matches("[A-Za-z0-9_.+-]+")) {
      at = from;
      throw unexpected("a value");
    }
    return word.equals("None") ? null : word;
  }

  private void expect(char c) {
    if (peek() != c) {
      throw unexpected("'" + c + "'");
    }
    at++;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw new IllegalArgumentException("the line ends inside a record");
    }
    return text.charAt(at);
  }

  private IllegalArgumentException unexpected(String wanted) {
    String found = text.substring(Math.min(at, text.length()));
    return new IllegalArgumentException(
        "at character "
            + (at + 1)
            + " stands '"
            + found.substring(0, Math.min(10, found.length()))
            + "', expected "
            + wanted);
  }
}
