package org.optirag.dataset.source;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;

/**
 * A data set as it lies on disk: its tables, and what their columns mean.
 *
 * @param name for instance "movielens-100k"
 * @param format the name of its form, for instance "movielens-100k"
 * @param noun what an item is called in prompts
 * @param interactions the tables of interactions, read in this order; at least one
 * @param items the tables of item texts, possibly none
 * @param users the tables of user profiles, possibly none
 * @param rules how ratings become labels and which rows stay, unless the user says otherwise
 * @param thresholdGiven whether the mapping, and not the format, says from which rating on is liked
 * @param notes what of the files is not read, each a sentence for the user
 */
public record Source(
    String name,
    String format,
    String noun,
    List<InteractionTable> interactions,
    List<TextTable> items,
    List<TextTable> users,
    Rules rules,
    boolean thresholdGiven,
    List<String> notes) {

  /** Copies the lists. */
  public Source {
    interactions = List.copyOf(interactions);
    items = List.copyOf(items);
    users = List.copyOf(users);
    notes = List.copyOf(notes);
  }

  /** One of which everything is read. */
  public Source(
      String name,
      String format,
      String noun,
      List<InteractionTable> interactions,
      List<TextTable> items,
      List<TextTable> users,
      Rules rules) {
    this(name, format, noun, interactions, items, users, rules, false, List.of());
  }

  /** The same with another name and noun; null keeps what is. */
  public Source named(@Nullable String newName, @Nullable String newNoun) {
    return new Source(
        newName == null ? name : newName,
        format,
        newNoun == null ? noun : newNoun,
        interactions,
        items,
        users,
        rules,
        thresholdGiven,
        notes);
  }

  /** Every file that is read. */
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    interactions.forEach(table -> files.add(table.file()));
    items.forEach(table -> files.add(table.file()));
    users.forEach(table -> files.add(table.file()));
    return files.stream().distinct().toList();
  }

  /**
   * A table of interactions.
   *
   * @param user column of the user's id
   * @param items columns of item ids, usually one
   * @param lists whether an item column holds several ids parted by blanks, oldest first
   * @param rating column of the rating, or null
   * @param decimalComma whether ratings have a decimal comma in place of the point
   * @param click column of the click (1, 0, true, false), or null; with neither every row is a
   *     click
   * @param time column of the time, or null: then the order of the file
   * @param form of the time
   * @param history column that lists earlier positives, oldest first, or null
   * @param request column of an id that a user's rows share where they were shown together, or null
   * @param part the published part this file is, or null
   */
  public record InteractionTable(
      Path file,
      Layout layout,
      String user,
      List<String> items,
      boolean lists,
      @Nullable String rating,
      boolean decimalComma,
      @Nullable String click,
      @Nullable String time,
      TimeForm form,
      @Nullable String history,
      @Nullable String request,
      @Nullable Part part) {
    /** Copies the list. */
    public InteractionTable {
      items = List.copyOf(items);
    }

    /** A table of ratings or clicks with at most one item a row and times in seconds. */
    public static InteractionTable of(
        Path file,
        Layout layout,
        String user,
        String item,
        @Nullable String rating,
        @Nullable String time) {
      return new InteractionTable(
          file,
          layout,
          user,
          List.of(item),
          false,
          rating,
          false,
          null,
          time,
          TimeForm.in(TimeUnit.SECONDS),
          null,
          null,
          null);
    }
  }

  /** In what times are given. */
  public enum TimeUnit {
    /** Seconds since 1970. */
    SECONDS(0),
    /** Milliseconds since 1970. */
    MILLISECONDS(3),
    /** Microseconds since 1970. */
    MICROSECONDS(6),
    /** Nanoseconds since 1970. */
    NANOSECONDS(9),
    /** ISO 8601 text such as 2020-01-31 or 2020-01-31T10:00:00Z, and no numbers. */
    ISO(0);

    /** From so many units on a number is a time in 1973 or later. */
    static final BigDecimal LEAST = new BigDecimal(100_000_000);

    private final int digits;

    TimeUnit(int digits) {
      this.digits = digits;
    }

    /** A second has 10 to this power. */
    int digits() {
      return digits;
    }
  }

  /**
   * A table of texts of items or users.
   *
   * @param id column of the id
   * @param title the title, or null where the table has none
   * @param fields further texts
   */
  public record TextTable(
      Path file, Layout layout, String id, @Nullable Text title, List<Text> fields) {
    /** Copies the list. */
    public TextTable {
      fields = List.copyOf(fields);
    }
  }

  /**
   * A text made of one or more columns.
   *
   * @param name as the prompt shall call it
   * @param columns the columns it is made of
   * @param from makes the text of their values; a blank text counts as none
   */
  public record Text(String name, List<String> columns, Maker from) {
    /** Copies the list. */
    public Text {
      columns = List.copyOf(columns);
    }

    /** The column as it stands. */
    public static Text column(String name, String column) {
      return column(name, column, UnaryOperator.identity());
    }

    /** The column, changed. */
    public static Text column(String name, String column, UnaryOperator<String> change) {
      return new Text(
          name,
          List.of(column),
          values -> {
            String value = values.get(0);
            return value.isBlank() ? "" : change.apply(value);
          });
    }
  }

  /** Makes a text of the values of its columns; missing values come as empty texts. */
  @FunctionalInterface
  public interface Maker {
    /** Makes the text. */
    String make(List<String> values);
  }
}
