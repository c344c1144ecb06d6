package org.optirag.dataset.source;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the cells of a table mean, the same for every reader: ids, ratings, clicks, times and texts.
 * A cell that makes no sense is told in words.
 */
public final class Cells {
  private static final int LONGEST_ID = 1000;

  /** The most characters of a text; longer ones are left out. */
  public static final int LONGEST_TEXT = 10_000;

  /** What 0x80 to 0x9F are where a text is called Latin-1; Latin-1 has no characters there. */
  public static final String WINDOWS_1252 =
      "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

  private static final Pattern MARKUP = Pattern.compile("<[a-zA-Z]+[\\s>/].*", Pattern.DOTALL);
  private static final char MARK_OF_BYTES = '\uFEFF';
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final Pattern DECIMAL_COMMA = Pattern.compile("\\s*[+-]?\\d+,\\d+\\s*");
  private static final Set<String> NOTHING = Set.of("null", "n/a", "nan", "none", "\\n");

  private static final DateTimeFormatter MOMENT =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral(' ')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .toFormatter(Locale.ROOT);

  private Cells() {}

  /** A row makes no sense; the message says why. */
  public static final class Nonsense extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the reason, in words that follow "the row is left out: ". */
    public Nonsense(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * The id of a user or item, without blanks around it.
   *
   * @param what "user", "item" or "request", for the message
   */
  public static String id(String what, @Nullable String value) throws Nonsense {
    if (value == null || value.chars().allMatch(Cells::isUnseen)) {
      throw new Nonsense("the " + what + " id is empty");
    }
    if (Nested.of(value) != null) {
      throw new Nonsense("the " + what + " id is '" + excerpt(value) + "', expected one value");
    }
    if (value.length() > LONGEST_ID) {
      throw new Nonsense("the " + what + " id has " + value.length() + " characters");
    }
    String id = value.strip();
    for (int i = 0; i < id.length() && id.charAt(0) != Nested.MARK; i++) {
      if (Character.isISOControl(id.charAt(i)) || id.charAt(i) == MARK_OF_BYTES) {
        throw new Nonsense(
            "the %s id holds the character U+%04X, which is not seen"
                .formatted(what, (int) id.charAt(i)));
      }
    }
    return id;
  }

  private static boolean isUnseen(int c) {
    return Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || c == MARK_OF_BYTES
        || c == '\u200B';
  }

  /** The same, or null where the cell is empty. */
  public static @Nullable String optionalId(String what, @Nullable String value) throws Nonsense {
    return value == null || value.isBlank() ? null : id(what, value);
  }

  /**
   * The item ids of a cell: itself, or with {@code list} the elements of a list, or what its blanks
   * part.
   */
  public static String[] items(boolean list, @Nullable String value) throws Nonsense {
    List<String> several = Nested.texts(value);
    if (several != null && !list) {
      throw new Nonsense(
          "the item is the list '"
              + excerpt(value)
              + "', expected one value ('lists: true' reads several)");
    }
    if (several != null) {
      return several.toArray(String[]::new);
    }
    if (!list) {
      return new String[] {value == null ? "" : value};
    }
    return value == null || value.isBlank() ? new String[0] : value.strip().split("\\s+");
  }

  /** A finite number with a decimal point. */
  public static float rating(@Nullable String value) throws Nonsense {
    return rating(value, false);
  }

  /**
   * A finite number.
   *
   * @param comma whether it has a decimal comma, and no point
   */
  public static float rating(@Nullable String value, boolean comma) throws Nonsense {
    try {
      String written = value == null ? "" : value.strip();
      String text = comma ? commaAsPoint(written) : written;
      float rating = Float.parseFloat(text);
      // Java's own numbers may also be hexadecimal or end in a letter.
      if (Float.isFinite(rating) && DECIMAL.matcher(text).matches()) {
        return rating;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    String point =
        value != null && DECIMAL_COMMA.matcher(value).matches()
            ? " with a decimal point; a mapping reads commas by decimal: \",\""
            : "";
    throw new Nonsense(
        "the rating is '"
            + excerpt(value)
            + "', expected a number"
            + (comma ? " with a decimal comma, as the mapping says" : point));
  }

  /** A point is none: whether it parts thousands or decimals cannot be told. */
  private static String commaAsPoint(String text) {
    return text.indexOf('.') >= 0 ? "" : text.replace(',', '.');
  }

  /** 0, 1, true or false. */
  public static boolean click(@Nullable String value) throws Nonsense {
    String text = value == null ? "" : value.strip();
    if (text.equalsIgnoreCase("true") || text.equals("1")) {
      return true;
    }
    if (text.equalsIgnoreCase("false") || text.equals("0")) {
      return false;
    }
    try { // a float column writes 1.0, 1.00 or 1e0
      double number = Double.parseDouble(text);
      if ((number == 0 || number == 1) && DECIMAL.matcher(text).matches()) {
        return number == 1;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new Nonsense("the click is '" + excerpt(value) + "', expected 0, 1, true or false");
  }

  /**
   * A moment from 1970 on.
   *
   * @param latest seconds since 1970; what is later is a mistake
   */
  public static Instant time(@Nullable String value, TimeForm form, long latest) throws Nonsense {
    return time(value, form, latest, () -> {});
  }

  /**
   * The same.
   *
   * @param local hears if it is a text with a time of day that names no zone
   */
  public static Instant time(@Nullable String value, TimeForm form, long latest, Runnable local)
      throws Nonsense {
    TimeForm.Moment read = form.moment(value);
    if (read.local()) {
      local.run();
    }
    Instant moment = read.instant();
    if (moment.getEpochSecond() > latest) {
      throw new Nonsense(
          "the time "
              + excerpt(value)
              + " is in the future: "
              + moment.truncatedTo(ChronoUnit.SECONDS));
    }
    if (moment.getEpochSecond() < 0) {
      throw new Nonsense("the time " + excerpt(value) + " is before 1970");
    }
    return moment;
  }

  /** A moment as a text that {@link #time} reads, such as 2025-01-31 10:11:12.5+00. */
  public static String moment(long microseconds) {
    Instant moment = Instant.EPOCH.plus(microseconds, ChronoUnit.MICROS);
    return MOMENT.format(moment.atOffset(ZoneOffset.UTC)) + "+00";
  }

  /** The beginning of a cell, for a message. */
  public static String excerpt(@Nullable String value) {
    String text = value == null ? "" : Nested.unmarked(value);
    return text.substring(0, Math.min(40, text.length()));
  }

  /**
   * A cell as a text: a list as "Books, Sci-Fi", a map as "key: value, key: value", nothing as "".
   *
   * @param value as it stands, or as {@link #nested} gives it
   */
  public static String plain(@Nullable String value) {
    return Nested.plain(value);
  }

  /** The cell of a list, map or record that a reader has as JSON. */
  public static String nested(String json) {
    return Nested.MARK + json;
  }

  /**
   * A field within a cell that holds a map or record, or in each element of a list.
   *
   * @param path the names from the outermost on
   */
  public static @Nullable String within(@Nullable String value, List<String> path) {
    return Nested.cell(Nested.at(Nested.of(value), path));
  }

  /**
   * A title or another text, without blanks around it and with HTML's references as the characters
   * that they stand for; null where the cell says that there is none.
   *
   * @throws Nonsense if it cannot be meant: too long, or markup
   */
  public static @Nullable String text(String value) throws Nonsense {
    String encoded = value.strip();
    String stripped =
        encoded.length() > LONGEST_TEXT ? encoded : HtmlEntities.decode(encoded).strip();
    if (stripped.isEmpty() || NOTHING.contains(stripped.toLowerCase(Locale.ROOT))) {
      return null;
    }
    if (stripped.length() > LONGEST_TEXT) {
      throw new Nonsense("has " + stripped.length() + " characters, more than " + LONGEST_TEXT);
    }
    if (MARKUP.matcher(stripped).matches()) {
      throw new Nonsense("is markup, not text");
    }
    return stripped;
  }
}
