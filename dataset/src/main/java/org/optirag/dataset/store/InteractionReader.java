package org.optirag.dataset.store;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.source.Complaints;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.workspace.Progress;

/** Reads tables of interactions into a staging table, complaining of what makes no sense. */
final class InteractionReader {
  /**
   * Columns of the staging table; "seq" is the order of the files. Times are kept to the second;
   * "nanos" is what is left of them, for the order within a second.
   */
  static final String COLUMNS =
      "seq BIGINT, file INTEGER, line BIGINT, \"user\" VARCHAR, item VARCHAR, rating FLOAT,"
          + " label BOOLEAN, time BIGINT, nanos INTEGER, part TINYINT, request VARCHAR";

  private static final int AT_ONCE = 10_000;

  private final Rules rules;
  private final Complaints complaints;
  private final DuckDBAppender out;
  private final Progress.Task task;
  private final HistoryPlacer histories = new HistoryPlacer();
  private final long latest;
  private long rows;
  private long told; // of the rows, in the progress
  private long seq;

  InteractionReader(
      Rules rules, Complaints complaints, DuckDBAppender out, Progress.Task task, Clock clock) {
    this.rules = rules;
    this.complaints = complaints;
    this.out = out;
    this.task = task;
    this.latest = clock.instant().getEpochSecond() + 86_400; // clocks and zones differ
  }

  /** Times of a table that name no zone. */
  private static final class ZonelessTimes {
    private long count;
    private long line;
    private String first = "";

    void add(long at, @Nullable String written) {
      if (count++ == 0) {
        line = at;
        first = String.valueOf(written);
      }
    }

    Optional<String> note(Object table, long of) {
      return count == 0
          ? Optional.empty()
          : Optional.of(Notes.withoutZone(table, count, of, first, line));
    }
  }

  /** Rows read, the broken ones not counted. */
  long rows() {
    return rows;
  }

  /** Reads a table; {@code file} is its number. */
  void read(InteractionTable table, int file) throws IOException {
    List<String> columns = new ArrayList<>(List.of(table.user()));
    int rating = add(columns, table.rating());
    int click = add(columns, table.click());
    int time = add(columns, table.time());
    int history = add(columns, table.history());
    int request = add(columns, table.request());
    int items = columns.size();
    columns.addAll(table.items());
    List<String> ids = new ArrayList<>();
    long[] range = {Long.MAX_VALUE, Long.MIN_VALUE};
    long[] timed = new long[1];
    ZonelessTimes zoneless = new ZonelessTimes();
    table
        .layout()
        .read(
            table.file(),
            columns,
            complaints,
            (line, values) -> {
              if (++rows - told >= AT_ONCE) {
                task.advance(AT_ONCE);
                told += AT_ONCE;
              }
              try {
                String user = Cells.id("user", values[0]);
                float stars =
                    rating < 0 ? Float.NaN : Cells.rating(values[rating], table.decimalComma());
                boolean zero = stars == 0 && rules.zeros() != Rules.Zeros.RATING;
                if (zero && rules.zeros() == Rules.Zeros.DROP) {
                  return;
                }
                boolean label =
                    click >= 0
                        ? Cells.click(values[click])
                        : rating < 0 || stars >= rules.likedFrom();
                Instant when = null;
                if (time >= 0) {
                  String written = values[time];
                  when =
                      Cells.time(written, table.form(), latest, () -> zoneless.add(line, written));
                  timed[0]++;
                  range[0] = Math.min(range[0], when.getEpochSecond());
                  range[1] = Math.max(range[1], when.getEpochSecond());
                }
                String shown = request < 0 ? null : Cells.optionalId("request", values[request]);
                ids.clear(); // a row counts whole or not at all
                for (int i = items; i < columns.size(); i++) {
                  for (String item : Cells.items(table.lists(), values[i])) {
                    ids.add(Cells.id("item", item));
                  }
                }
                String listed =
                    history < 0 ? null : String.join(" ", Cells.items(true, values[history]));
                for (String item : ids) {
                  append(
                      file,
                      line,
                      user,
                      item,
                      zero ? Float.NaN : stars,
                      label,
                      when,
                      table.part(),
                      shown);
                  if (listed != null && when != null) {
                    histories.add(user, item, when.getEpochSecond(), listed, label);
                  }
                }
              } catch (Cells.Nonsense e) {
                rows--;
                complaints.broken(table.file(), line, String.valueOf(e.getMessage()), text(values));
              }
            });
    table.form().insistOnMeaning(table.file(), range[0], range[1]);
    if (table.form().zone() == null) {
      zoneless.note(table.file().getFileName(), timed[0]).ifPresent(complaints::noted);
    }
    task.advance(rows - told);
    told = rows;
  }

  /** Adds what only the published histories tell; gives how many rows that were. */
  long addHistories() {
    List<HistoryPlacer.Placed> placed = histories.placed();
    for (HistoryPlacer.Placed row : placed) {
      append(
          -1,
          0,
          row.user(),
          row.item(),
          Float.NaN,
          true,
          Instant.ofEpochSecond(row.time()),
          Part.HISTORY,
          null);
    }
    return placed.size();
  }

  private void append(
      int file,
      long line,
      String user,
      String item,
      float rating,
      boolean label,
      @Nullable Instant time,
      @Nullable Part part,
      @Nullable String request) {
    try {
      out.beginRow().append(seq++).append(file).append(line).append(user).append(item);
      out.append(rating).append(label);
      if (time == null) {
        out.appendNull().append(0);
      } else {
        out.append(time.getEpochSecond()).append(time.getNano());
      }
      if (part == null) {
        out.appendNull();
      } else {
        out.append((byte) part.ordinal());
      }
      if (request == null) {
        out.appendNull();
      } else {
        out.append(request);
      }
      out.endRow();
    } catch (SQLException e) {
      throw Duck.trouble(e);
    }
  }

  private static int add(List<String> columns, @Nullable String column) {
    if (column == null) {
      return -1;
    }
    columns.add(column);
    return columns.size() - 1;
  }

  private static String text(@Nullable String[] values) {
    StringBuilder text = new StringBuilder();
    for (String value : values) {
      text.append(text.isEmpty() ? "" : " | ").append(Cells.excerpt(value));
    }
    return text.toString();
  }
}
