package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * A text table: one row a line, fields parted by a delimiter, quoted or not.
 *
 * <p>A quoted field may hold delimiters, line ends and the quote itself, doubled or after the
 * escape character. A quote that is never closed costs its own line alone: reading goes on with the
 * line after it.
 *
 * @param charset of the text
 * @param delimiter one or more characters, for instance "," or "::"
 * @param quote the quote character, or 0 for none
 * @param escape the character that makes the next one literal inside quotes, or 0 for none
 * @param names the columns where the file has no header; empty where its first line names them
 */
public record Delimited(
    Charset charset, String delimiter, char quote, char escape, List<String> names)
    implements Layout {
  private static final int MOST_LINES = 200; // in one quoted field
  private static final char NONE = 0;

  /** Copies the list. */
  public Delimited {
    names = List.copyOf(names);
    if (delimiter.isEmpty()) {
      throw new IllegalArgumentException("no delimiter");
    }
  }

  /** Comma-separated, UTF-8, quotes doubled, with a header. */
  public static Delimited csv() {
    return new Delimited(StandardCharsets.UTF_8, ",", '"', NONE, List.of());
  }

  /** Tab-separated, UTF-8, without quotes, with a header. */
  public static Delimited tsv() {
    return new Delimited(StandardCharsets.UTF_8, "\t", NONE, NONE, List.of());
  }

  /** Latin-1 without quotes or header, as the older MovieLens files. */
  public static Delimited latin1(String delimiter, String... names) {
    return new Delimited(StandardCharsets.ISO_8859_1, delimiter, NONE, NONE, List.of(names));
  }

  /** UTF-8 without quotes or header. */
  public static Delimited utf8(String delimiter, String... names) {
    return new Delimited(StandardCharsets.UTF_8, delimiter, NONE, NONE, List.of(names));
  }

  @Override
  public void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException {
    try (TextLines lines = new TextLines(file, charset)) {
      if (lines.note() != null) {
        complaints.noted(lines.note());
      }
      List<String> header = names.isEmpty() ? header(file, lines) : names;
      Places places = new Places(file, header, columns);
      int[] at = places.bases().stream().mapToInt(header::indexOf).toArray();
      long read = 0;
      @Nullable String[] values = new String[columns.size()];
      List<String> fields = new ArrayList<>();
      List<String> more = new ArrayList<>();
      for (String text = lines.next(); text != null; text = lines.next()) {
        long line = lines.number();
        if (text.isBlank()) {
          continue;
        }
        if (lines.cut()) {
          complaints.broken(
              file, line, "the line has more than " + TextLines.LONGEST + " characters", text);
          continue;
        }
        String problem = split(text, fields);
        if (OPEN.equals(problem)) {
          String row = continued(text, lines, more);
          problem = split(row, fields);
          if (OPEN.equals(problem)) {
            lines.pushBack(more);
          }
        }
        if (problem == null && fields.size() != header.size()) {
          problem = fields.size() + " fields, expected " + header.size();
        }
        if (problem != null) {
          complaints.broken(file, line, problem, text);
          continue;
        }
        for (int i = 0; i < at.length; i++) {
          values[i] = places.value(i, fields.get(at[i]));
        }
        if (names.isEmpty() && isHeader(values, columns)) {
          complaints.broken(file, line, "the line names the columns again", text);
          continue;
        }
        read++;
        rows.accept(line, values);
      }
      if (read > 0) {
        places.insistOnFields();
      }
    }
  }

  private List<String> header(Path file, TextLines lines) throws IOException {
    String text = lines.next();
    List<String> header = new ArrayList<>();
    if (text != null) {
      if (text.indexOf('\r') >= 0) {
        throw new UserException(
            file + ", line 1: the lines end in a carriage return alone.",
            "Convert it: tr '\\r' '\\n' < " + file + " > NEW.");
      }
      split(text, header);
      header.replaceAll(Delimited::column);
    }
    return header;
  }

  /** Whether cells are the names of their columns, as where files were joined. */
  private static boolean isHeader(@Nullable String[] values, List<String> columns) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null || !column(values[i]).equals(columns.get(i))) {
        return false;
      }
    }
    return values.length > 1;
  }

  /** The column that a cell of a header names: without blanks and RecBole's types. */
  public static String column(String cell) {
    return cell.strip().replaceFirst(":(token|float)(_seq)?$", "");
  }

  /** The row that starts with a line whose quote stays open, with the lines that close it. */
  private String continued(String first, TextLines lines, List<String> more) throws IOException {
    more.clear();
    StringBuilder row = new StringBuilder(first);
    List<String> ignored = new ArrayList<>();
    while (more.size() < MOST_LINES && row.length() < TextLines.LONGEST) {
      String text = lines.next();
      if (text == null) {
        break;
      }
      more.add(text);
      row.append('\n').append(text);
      if (text.indexOf(quote) >= 0 && !OPEN.equals(split(row.toString(), ignored))) {
        break;
      }
    }
    return row.toString();
  }

  /** Whether a line opens a quote and does not close it, so that its row goes on in the next. */
  public boolean isOpen(String line) {
    return OPEN.equals(split(line, new ArrayList<>()));
  }

  private static final String OPEN = "a quote is opened and never closed";

  /** Parts a row; gives what is wrong with it, or null. */
  @Nullable String split(String row, List<String> fields) {
    fields.clear();
    int at = 0;
    while (true) {
      if (quote != NONE && at < row.length() && row.charAt(at) == quote) {
        StringBuilder field = new StringBuilder();
        at = quoted(row, at + 1, field);
        if (at < 0) {
          return OPEN;
        }
        fields.add(field.toString());
        if (at == row.length()) {
          return null;
        }
        if (!row.startsWith(delimiter, at)) {
          return "text after the closing quote of field " + fields.size();
        }
      } else {
        int end = row.indexOf(delimiter, at);
        if (end < 0) {
          fields.add(row.substring(at));
          return null;
        }
        fields.add(row.substring(at, end));
        at = end;
      }
      at += delimiter.length();
    }
  }

  /** Reads up to the closing quote; gives the place after it, or -1 where there is none. */
  private int quoted(String row, int from, StringBuilder field) {
    for (int at = from; at < row.length(); at++) {
      char c = row.charAt(at);
      boolean more = at + 1 < row.length();
      if (escape != NONE && c == escape && more) {
        field.append(row.charAt(++at));
      } else if (c == quote && more && row.charAt(at + 1) == quote) {
        field.append(quote);
        at++;
      } else if (c == quote) {
        return at + 1;
      } else {
        field.append(c);
      }
    }
    return -1;
  }
}
