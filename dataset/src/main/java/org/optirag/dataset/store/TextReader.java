package org.optirag.dataset.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.source.Complaints;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;
import org.optirag.workspace.Progress;

/** Reads item texts or user profiles into a staging table: seq, file, line, id, title, f0, f1, … */
final class TextReader {
  private final Complaints complaints;
  private final List<String> names;
  private long seq;

  TextReader(List<TextTable> tables, Complaints complaints) {
    this.complaints = complaints;
    this.names = names(tables);
  }

  /** The names of all fields, each once, in the order of the staging table's columns. */
  List<String> names() {
    return names;
  }

  private static List<String> names(List<TextTable> tables) {
    Set<String> names = new LinkedHashSet<>();
    tables.forEach(table -> table.fields().forEach(field -> names.add(field.name())));
    return List.copyOf(names);
  }

  /** The columns of the staging table. */
  String columns() {
    StringBuilder columns =
        new StringBuilder("seq BIGINT, file INTEGER, line BIGINT, id VARCHAR, title VARCHAR");
    for (int i = 0; i < names.size(); i++) {
      columns.append(", f").append(i).append(" VARCHAR");
    }
    return columns.toString();
  }

  /** Reads a table; {@code file} is its number. Gives how many rows it has. */
  long read(TextTable table, int file, DuckDBAppender out, Progress.Task task) throws IOException {
    List<String> columns = new ArrayList<>(List.of(table.id()));
    List<Text> texts = new ArrayList<>();
    if (table.title() != null) {
      texts.add(table.title());
    }
    texts.addAll(table.fields());
    texts.forEach(text -> columns.addAll(text.columns()));
    long before = seq;
    table
        .layout()
        .read(
            table.file(),
            columns,
            complaints,
            (line, values) -> {
              String id;
              try {
                id = Cells.id("row's", values[0]);
              } catch (Cells.Nonsense e) {
                complaints.broken(
                    table.file(),
                    line,
                    String.valueOf(e.getMessage()),
                    String.join(" | ", cells(values)));
                return;
              }
              task.advance(1);
              @Nullable String[] made = new String[1 + names.size()];
              int at = 1;
              for (Text text : texts) {
                List<String> cells = cells(values).subList(at, at + text.columns().size());
                at += cells.size();
                int slot = text == table.title() ? 0 : 1 + names.indexOf(text.name());
                made[slot] = clean(table, line, text, text.from().make(cells));
              }
              append(out, file, line, id, made);
            });
    return seq - before;
  }

  private @Nullable String clean(TextTable table, long line, Text text, String value) {
    try {
      return Cells.text(value);
    } catch (Cells.Nonsense e) {
      complaints.mended(
          table.file(),
          line,
          "the " + text.name() + " " + e.getMessage() + "; it was left out",
          value.strip());
      return null;
    }
  }

  private static List<String> cells(@Nullable String[] values) {
    List<String> cells = new ArrayList<>(values.length);
    for (String value : values) {
      cells.add(Cells.plain(value));
    }
    return cells;
  }

  private void append(
      DuckDBAppender out, int file, long line, String id, @Nullable String[] texts) {
    try {
      out.beginRow().append(seq++).append(file).append(line).append(id);
      for (String text : texts) {
        if (text == null) {
          out.appendNull();
        } else {
          out.append(text);
        }
      }
      out.endRow();
    } catch (SQLException e) {
      throw Duck.trouble(e);
    }
  }
}
