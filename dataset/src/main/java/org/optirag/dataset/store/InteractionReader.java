package org.optirag.dataset.store;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Complaints;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.TimeUnit;
import org.optirag.workspace.Progress;

/** Reads tables of interactions into a staging table, complaining of what makes no sense. */
final class InteractionReader {
  /** Columns of the staging table; "seq" is the order of the files. */
  static final String COLUMNS =
      "seq BIGINT, file INTEGER, line BIGINT, \"user\" VARCHAR, item VARCHAR, rating FLOAT,"
          + " label BOOLEAN, time BIGINT, part TINYINT";

  private static final long MILLISECONDS = 100_000_000_000L; // as seconds the year 5138
  private static final int LONGEST_ID = 1000;
  private static final int AT_ONCE = 10_000;

  private final Rules rules;
  private final Complaints complaints;
  private final DuckDBAppender out;
  private final Progress.Task task;
  private final HistoryPlacer histories = new HistoryPlacer();
  private final long latest;
  private long rows;
  private long shown; // of the rows, in the progress
  private long seq;

  InteractionReader(
      Rules rules, Complaints complaints, DuckDBAppender out, Progress.Task task, Clock clock) {
    this.rules = rules;
    this.complaints = complaints;
    this.out = out;
    this.task = task;
    this.latest = clock.instant().getEpochSecond() + 86_400; // clocks and zones differ
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
    int items = columns.size();
    columns.addAll(table.items());
    table
        .layout()
        .read(
            table.file(),
            columns,
            complaints,
            (line, values) -> {
              if (++rows - shown >= AT_ONCE) {
                task.advance(AT_ONCE);
                shown += AT_ONCE;
              }
              try {
                String user = id("user", values[0]);
                float stars = rating < 0 ? Float.NaN : rating(values[rating]);
                boolean zero = stars == 0 && rules.zeros() != Rules.Zeros.RATING;
                if (zero && rules.zeros() == Rules.Zeros.DROP) {
                  return;
                }
                boolean label =
                    click >= 0 ? click(values[click]) : rating < 0 || stars >= rules.likedFrom();
                Long when = time < 0 ? null : time(values[time], table.unit());
                for (int i = items; i < columns.size(); i++) {
                  for (String item : items(table.lists(), values[i])) {
                    String checked = id("item", item);
                    append(
                        file,
                        line,
                        user,
                        checked,
                        zero ? Float.NaN : stars,
                        label,
                        when,
                        table.part());
                    if (history >= 0 && when != null) {
                      String listed = values[history];
                      histories.add(user, checked, when, listed == null ? "" : listed);
                    }
                  }
                }
              } catch (Nonsense e) {
                rows--;
                complaints.broken(table.file(), line, String.valueOf(e.getMessage()), text(values));
              }
            });
    task.advance(rows - shown);
    shown = rows;
  }

  /** Adds what only the published histories tell; gives how many rows that were. */
  long addHistories() {
    List<HistoryPlacer.Placed> placed = histories.placed();
    for (HistoryPlacer.Placed row : placed) {
      append(-1, 0, row.user(), row.item(), Float.NaN, true, row.time(), Part.HISTORY);
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
      @Nullable Long time,
      @Nullable Part part) {
    try {
      out.beginRow().append(seq++).append(file).append(line).append(user).append(item);
      out.append(rating).append(label);
      if (time == null) {
        out.appendNull();
      } else {
        out.append(time.longValue());
      }
      if (part == null) {
        out.appendNull();
      } else {
        out.append((byte) part.ordinal());
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

  /** A row makes no sense; the message says why. */
  private static final class Nonsense extends Exception {
    private static final long serialVersionUID = 1L;

    Nonsense(String reason) {
      super(reason, null, false, false);
    }
  }

  private static String id(String what, @Nullable String value) throws Nonsense {
    if (value == null || value.isBlank()) {
      throw new Nonsense("the " + what + " id is empty");
    }
    if (value.length() > LONGEST_ID) {
      throw new Nonsense("the " + what + " id has " + value.length() + " characters");
    }
    return value.strip();
  }

  private static String[] items(boolean list, @Nullable String value) {
    if (!list) {
      return new String[] {value == null ? "" : value};
    }
    return value == null || value.isBlank() ? new String[0] : value.strip().split("\\s+");
  }

  private static float rating(@Nullable String value) throws Nonsense {
    try {
      float rating = Float.parseFloat(value == null ? "" : value);
      if (Float.isFinite(rating)) {
        return rating;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new Nonsense("the rating is '" + excerpt(value) + "', expected a number");
  }

  private static boolean click(@Nullable String value) throws Nonsense {
    return switch (value == null ? "" : value.strip()) {
      case "1", "1.0", "true", "True", "TRUE" -> true;
      case "0", "0.0", "false", "False", "FALSE" -> false;
      default ->
          throw new Nonsense("the click is '" + excerpt(value) + "', expected 0, 1, true or false");
    };
  }

  private long time(@Nullable String value, TimeUnit unit) throws Nonsense {
    long seconds =
        switch (unit) {
          case SECONDS -> whole(value);
          case MILLISECONDS -> Math.floorDiv(whole(value), 1000L);
          case ISO -> iso(value);
        };
    if (unit == TimeUnit.SECONDS && Math.abs(seconds) >= MILLISECONDS) {
      throw new Nonsense("the time " + excerpt(value) + " is in milliseconds, expected seconds");
    }
    if (seconds > latest) {
      throw new Nonsense(
          "the time " + excerpt(value) + " is in the future: " + Instant.ofEpochSecond(seconds));
    }
    if (seconds < 0) {
      throw new Nonsense("the time " + excerpt(value) + " is before 1970");
    }
    return seconds;
  }

  private static long whole(@Nullable String value) throws Nonsense {
    String text = value == null ? "" : value.strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      try { // RecBole writes times as floats: 9.7E8
        double number = Double.parseDouble(text);
        if (Math.abs(number) < 1e18) {
          return (long) Math.floor(number);
        }
      } catch (NumberFormatException notEven) {
        // told below
      }
      throw new Nonsense("the time is '" + excerpt(value) + "', expected a number");
    }
  }

  private static long iso(@Nullable String value) throws Nonsense {
    String text = value == null ? "" : value.strip().replace(' ', 'T');
    try {
      if (text.length() == 10) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
      }
      boolean zoned = text.matches(".*(Z|[+-]\\d\\d:?\\d\\d)$");
      return java.time.OffsetDateTime.parse(zoned ? text : text + "Z").toEpochSecond();
    } catch (DateTimeParseException e) {
      throw new Nonsense(
          "the time is '" + excerpt(value) + "', expected ISO 8601 as 2020-01-31T10:00:00Z");
    }
  }

  private static String excerpt(@Nullable String value) {
    return value == null ? "" : value.substring(0, Math.min(40, value.length()));
  }

  private static String text(@Nullable String[] values) {
    StringBuilder text = new StringBuilder();
    for (String value : values) {
      text.append(text.isEmpty() ? "" : " | ").append(excerpt(value));
    }
    return text.toString();
  }
}
