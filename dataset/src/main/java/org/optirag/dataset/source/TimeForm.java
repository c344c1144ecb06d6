package org.optirag.dataset.source;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Cells.Nonsense;
import org.optirag.dataset.source.Source.TimeUnit;
import org.optirag.workspace.UserException;

/**
 * How the times of a table are written.
 *
 * <p>A number counts units since 1970, with decimals or an exponent if need be. One that another
 * unit would put after 1973 and this one before is of the other unit, and no time in this. A text
 * is a date with or without a time of day and a zone, as ISO 8601, databases and languages write
 * it; of the given zone where it names none. A date whose month and day cannot be told apart is
 * none, unless a pattern says which is which.
 *
 * @param unit of numbers
 * @param said whether the user or the format said so, so that numbers that look like dates are none
 * @param pattern of {@link DateTimeFormatter} for texts, or null; then there are no numbers
 * @param zone of texts that name none, or null where nobody said: then UTC
 */
public record TimeForm(TimeUnit unit, boolean said, @Nullable String pattern, @Nullable ZoneId zone)
    implements Serializable {
  /** Seconds, as nobody said otherwise. */
  public static final TimeForm USUAL = new TimeForm(TimeUnit.SECONDS, false, null, null);

  private static final int MOST_DIGITS = 40;
  private static final long FIRST_DATE = 19_700_101;
  private static final long LAST_DATE = 21_001_231;
  private static final String ZONE = "(?<zone>[A-Za-z+\\[(-].*)?";
  private static final String DAYTIME =
      "(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d+))?)?"
          + "(?:\\s*(?<half>AM|PM))?";

  /** 2025-01-31T10:11:12.345+01:00, 20250131T101112Z, 2025/01/31 and the like. */
  private static final Pattern ISO =
      Pattern.compile(
          "(?<year>\\d{4})(?:(?<dash>[-/.])(?<month>\\d{1,2})\\k<dash>(?<day>\\d{1,2})"
              + "|(?<month2>\\d{2})(?<day2>\\d{2}))"
              + "(?:(?:[T_]|\\s+)(?:"
              + DAYTIME
              + "|(?<hour2>\\d{2})(?<minute2>\\d{2})(?:(?<second2>\\d{2})(?:[.,](?<fraction2>\\d+))?)?)"
              + ")?\\s*"
              + ZONE,
          Pattern.CASE_INSENSITIVE);

  private static final String NAMED_DAY = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\\s+)?";
  private static final String MONTH =
      "(?<name>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)\\.?";

  /** Fri, 31 Jan 2025 10:11:12 GMT; 31/Jan/2025:10:11:12 +0000. */
  private static final Pattern DAY_FIRST =
      Pattern.compile(
          NAMED_DAY
              + "(?<day>\\d{1,2})[ /-]"
              + MONTH
              + "[ /-](?<year>\\d{4})(?:[:,T\\s]+"
              + DAYTIME
              + ")?\\s*"
              + ZONE,
          Pattern.CASE_INSENSITIVE);

  /** Jan 31, 2025 10:11:12 AM; Fri Jan 31 2025 10:11:12 GMT+0100 (CET). */
  private static final Pattern MONTH_FIRST =
      Pattern.compile(
          NAMED_DAY
              + MONTH
              + "\\s+(?<day>\\d{1,2}),?\\s+(?<year>\\d{4})(?:,?\\s+(?:at\\s+)?"
              + DAYTIME
              + ")?\\s*"
              + ZONE,
          Pattern.CASE_INSENSITIVE);

  /** Fri Jan 31 10:11:12 UTC 2025. */
  private static final Pattern YEAR_LAST =
      Pattern.compile(
          NAMED_DAY
              + MONTH
              + "\\s+(?<day>\\d{1,2})\\s+"
              + DAYTIME
              + "\\s+(?:(?<zone>[A-Za-z+-]\\S*)\\s+)?(?<year>\\d{4})",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern DATE_PARTS =
      Pattern.compile(
          "(\\d{1,2})([/.-])(\\d{1,2})([/.-])(\\d{4}|\\d{2})( \\d{1,2}:\\d{2}(:\\d{2})?)?");
  private static final Pattern UNCLEAR =
      Pattern.compile("\\d{1,2}([-/. ])\\d{1,2}([-/. ]|, ?)(\\d{4}|\\d{2})(?!\\d).*");
  private static final Pattern OFFSET =
      Pattern.compile(
          "(?:UTC|GMT)?(?<sign>[+-])(?<hours>\\d{1,2})(?::?(?<minutes>\\d{2})(?::?(?<seconds>\\d{2}))?)?",
          Pattern.CASE_INSENSITIVE);
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<ChronoField> OF_DAY =
      List.of(
          ChronoField.HOUR_OF_DAY,
          ChronoField.CLOCK_HOUR_OF_DAY,
          ChronoField.HOUR_OF_AMPM,
          ChronoField.CLOCK_HOUR_OF_AMPM,
          ChronoField.MINUTE_OF_HOUR);
  private static final ZonedDateTime SAMPLE =
      ZonedDateTime.of(2025, 11, 23, 20, 41, 52, 0, ZoneOffset.UTC);
  private static final Map<String, DateTimeFormatter> FORMATTERS = new ConcurrentHashMap<>();

  /** In a unit that was said. */
  public static TimeForm in(TimeUnit unit) {
    return new TimeForm(unit, true, null, null);
  }

  /**
   * By a pattern.
   *
   * @throws IllegalArgumentException if it is none, or its letters make no date
   */
  public static TimeForm of(String pattern) {
    DateTimeFormatter formatter = formatter(pattern);
    try {
      String sample = formatter.format(SAMPLE);
      TemporalAccessor made = best(formatter, sample);
      TemporalAccessor written = formatter.parseUnresolved(sample, new ParsePosition(0));
      if (made instanceof LocalDate
          && written != null
          && OF_DAY.stream().anyMatch(written::isSupported)) {
        throw new IllegalArgumentException(
            "it makes a date without a time of day: H is the hour of 24, h that of 12 and goes with"
                + " a, am or pm");
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "it makes no date: d is the day of the month (D of the year), M the month (m the minute)"
              + " and y the year (Y that of weeks)",
          e);
    }
    return new TimeForm(TimeUnit.ISO, true, pattern, null);
  }

  /** The same where texts that name no zone are of this one. */
  public TimeForm at(ZoneId other) {
    return new TimeForm(unit, said, pattern, other);
  }

  /**
   * What a cell says.
   *
   * @param instant the moment
   * @param local whether it is a date with a time of day that names no zone, so that the moment
   *     hangs on {@link TimeForm#zone}
   */
  record Moment(Instant instant, boolean local) {}

  /**
   * Once a table is read: numbers such as 20250131 in all of its rows are dates, or seconds within
   * a fortnight of 1970, which nobody said.
   *
   * @param table for the message
   * @param first the first of its times, in seconds
   * @param last the last
   * @throws UserException if they may be either
   */
  public void insistOnMeaning(Object table, long first, long last) {
    if (!said && first <= last && first >= FIRST_DATE && last <= LAST_DATE) {
      throw new UserException(
          table
              + ": the times are numbers from "
              + first
              + " to "
              + last
              + ", which may be dates or seconds since 1970.",
          "Say in the mapping which: 'time-unit: iso' for dates, 'time-unit: seconds' for seconds.");
    }
  }

  /**
   * The moment of a cell.
   *
   * @throws Nonsense if it is none, or which one it is cannot be told
   */
  Instant instant(@Nullable String value) throws Nonsense {
    return moment(value).instant();
  }

  /** The same, with whether it hangs on the zone. */
  Moment moment(@Nullable String value) throws Nonsense {
    String text = value == null ? "" : value.strip();
    if (pattern != null) {
      return byPattern(text);
    }
    if (unit == TimeUnit.ISO) {
      Moment moment = date(text);
      if (moment == null) {
        throw unclear(text, "ISO 8601 as 2020-01-31T10:00:00Z");
      }
      return moment;
    }
    BigDecimal number = number(text);
    if (number != null) {
      return new Moment(ofNumber(number, text), false);
    }
    Moment moment = date(text);
    if (moment == null) {
      throw unclear(text, "a number or a date");
    }
    return moment;
  }

  private static Nonsense unclear(String text, String expected) {
    return UNCLEAR.matcher(text).matches()
        ? new Nonsense(
            "the time is '"
                + Cells.excerpt(text)
                + "', of which the month is not known: give it in the mapping, such as"
                + " 'time-format: "
                + like(text)
                + "'")
        : new Nonsense("the time is '" + Cells.excerpt(text) + "', expected " + expected);
  }

  /** A form that the text may have, with the day first. */
  private static String like(String text) {
    Matcher parts = DATE_PARTS.matcher(text);
    if (!parts.matches()) {
      return "dd/MM/yyyy";
    }
    String clock = parts.group(6) == null ? "" : parts.group(7) == null ? " HH:mm" : " HH:mm:ss";
    return "d".repeat(parts.group(1).length())
        + parts.group(2)
        + "M".repeat(parts.group(3).length())
        + parts.group(4)
        + "y".repeat(parts.group(5).length())
        + clock;
  }

  private static @Nullable BigDecimal number(String text) {
    if (text.isEmpty()
        || text.length() > MOST_DIGITS
        || "+-.0123456789".indexOf(text.charAt(0)) < 0) {
      return null;
    }
    try {
      return BigDecimal.valueOf(Long.parseLong(text));
    } catch (NumberFormatException e) {
      try { // RecBole writes times as floats: 9.7E8
        BigDecimal number = new BigDecimal(text);
        return Math.abs(number.scale()) > MOST_DIGITS ? null : number;
      } catch (NumberFormatException notEven) {
        return null;
      }
    }
  }

  private Instant ofNumber(BigDecimal number, String text) throws Nonsense {
    TimeUnit likely = likely(number.abs());
    if (likely != null && likely != unit) {
      throw new Nonsense(
          "the time "
              + Cells.excerpt(text)
              + " is in "
              + likely.name().toLowerCase(Locale.ROOT)
              + ", expected "
              + unit.name().toLowerCase(Locale.ROOT)
              + ": say so in a mapping, 'time-unit: "
              + likely.name().toLowerCase(Locale.ROOT)
              + "'");
    }
    BigDecimal seconds = number.movePointLeft(unit.digits());
    BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
    long nanos = seconds.subtract(whole).movePointRight(9).longValue();
    return Instant.ofEpochSecond(whole.longValueExact(), nanos);
  }

  /** The unit of a number that is a time after 1973 in it; null where it may be any. */
  private static @Nullable TimeUnit likely(BigDecimal number) {
    if (number.compareTo(TimeUnit.LEAST) < 0) {
      return null;
    }
    for (TimeUnit unit : TimeUnit.values()) {
      BigDecimal next = TimeUnit.LEAST.movePointRight(unit.digits() + 3);
      if (number.compareTo(next) < 0) {
        return unit;
      }
    }
    return TimeUnit.NANOSECONDS;
  }

  private static TemporalAccessor best(DateTimeFormatter formatter, String text) {
    return formatter.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
  }

  private Moment byPattern(String text) throws Nonsense {
    TemporalAccessor parsed;
    try {
      parsed = best(formatter(String.valueOf(pattern)), text);
    } catch (DateTimeException e) {
      throw new Nonsense("the time is '" + Cells.excerpt(text) + "', expected the form " + pattern);
    }
    try {
      insistOnDay(LocalDate.from(parsed), text);
      if (parsed instanceof ZonedDateTime zoned) {
        return new Moment(zoned.toInstant(), false);
      }
      return parsed instanceof LocalDateTime local
          ? new Moment(local.toInstant(offset(usual(), local)), true)
          : new Moment(startOfDay(LocalDate.from(parsed)), false);
    } catch (DateTimeException e) {
      throw noMoment(text, e);
    }
  }

  /** Java makes the 28th of a 31st of February. */
  private void insistOnDay(LocalDate date, String text) {
    TemporalAccessor written =
        formatter(String.valueOf(pattern)).parseUnresolved(text, new ParsePosition(0));
    if (written != null
        && written.isSupported(ChronoField.DAY_OF_MONTH)
        && written.getLong(ChronoField.DAY_OF_MONTH) != date.getDayOfMonth()) {
      throw new DateTimeException("there is no such day");
    }
  }

  /** In a few zones some days begin at one. */
  private Instant startOfDay(LocalDate date) {
    return date.atStartOfDay(usual()).toInstant();
  }

  private ZoneId usual() {
    return zone == null ? ZoneOffset.UTC : zone;
  }

  private static Nonsense noMoment(String text, DateTimeException e) {
    return new Nonsense(
        "the time is '"
            + Cells.excerpt(text)
            + "', which is no moment"
            + (e instanceof NoSuchMoment ? ": " + e.getMessage() : ""));
  }

  private static DateTimeFormatter formatter(String pattern) {
    return FORMATTERS.computeIfAbsent(
        pattern,
        form ->
            new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern(form)
                .toFormatter(Locale.ENGLISH));
  }

  /** The moment of a text, or null where it is no date that can be told. */
  private @Nullable Moment date(String text) throws Nonsense {
    if (text.length() < 8 || text.length() > 80) {
      return null;
    }
    for (Pattern form : List.of(ISO, DAY_FIRST, MONTH_FIRST, YEAR_LAST)) {
      Matcher match = form.matcher(text);
      if (match.matches()) {
        return ofDate(match, text);
      }
    }
    return null;
  }

  private Moment ofDate(Matcher match, String text) throws Nonsense {
    try {
      String month = either(match, "month");
      LocalDate date =
          LocalDate.of(
              Integer.parseInt(match.group("year")),
              month == null
                  ? 1 + MONTHS.indexOf(match.group("name").substring(0, 3).toLowerCase(Locale.ROOT))
                  : Integer.parseInt(month),
              number(either(match, "day"), 0));
      if (either(match, "hour") == null && match.group("zone") == null) {
        return new Moment(startOfDay(date), false);
      }
      int hour = number(either(match, "hour"), 0);
      String half = match.group("half");
      if (half != null) {
        if (hour < 1 || hour > 12) {
          throw new DateTimeException("hour " + hour);
        }
        hour = hour % 12 + (half.equalsIgnoreCase("PM") ? 12 : 0);
      }
      int minute = number(either(match, "minute"), 0);
      int second = number(either(match, "second"), 0);
      boolean midnight = hour == 24 && minute == 0 && second == 0;
      boolean leap = second == 60;
      String fraction = either(match, "fraction");
      String nanos = fraction == null ? "0" : (fraction + "000000000").substring(0, 9);
      LocalDateTime local =
          date.atTime(midnight ? 0 : hour, minute, leap ? 59 : second, Integer.parseInt(nanos))
              .plusDays(midnight ? 1 : 0)
              .plusSeconds(leap ? 1 : 0);
      String zone = match.group("zone");
      Instant instant = local.toInstant(offset(zone, local));
      return new Moment(instant, zone == null || zone.isBlank());
    } catch (DateTimeException e) {
      throw noMoment(text, e);
    }
  }

  private static ZoneOffset offset(ZoneId zone, LocalDateTime local) {
    List<ZoneOffset> valid = zone.getRules().getValidOffsets(local);
    if (valid.size() == 1) {
      return valid.getFirst();
    }
    throw new NoSuchMoment(
        (valid.isEmpty() ? "the clock skips it in " : "the clock shows it twice in ") + zone);
  }

  /** A time of day that the change of clocks makes none, or two. */
  private static final class NoSuchMoment extends DateTimeException {
    private static final long serialVersionUID = 1;

    NoSuchMoment(String message) {
      super(message);
    }
  }

  private static @Nullable String either(Matcher match, String group) {
    boolean twice = match.pattern().namedGroups().containsKey(group + "2");
    boolean once = match.pattern().namedGroups().containsKey(group);
    String first = once ? match.group(group) : null;
    return first == null && twice ? match.group(group + "2") : first;
  }

  private static int number(@Nullable String digits, int none) {
    return digits == null ? none : Integer.parseInt(digits);
  }

  private ZoneOffset offset(@Nullable String written, LocalDateTime local) throws Nonsense {
    String named = written == null ? "" : written.strip();
    if (named.isEmpty()) {
      return offset(usual(), local);
    }
    String plain = named.replaceFirst("\\s*\\(.*\\)$", "").replaceFirst("\\s+m=.*", "");
    if (plain.matches("(?i)Z|UTC|GMT|Zulu|\\[UTC\\]")) {
      return ZoneOffset.UTC;
    }
    // What stands after an offset is only its name: +01:00[Europe/Berlin], +0000 UTC.
    Matcher offset =
        OFFSET.matcher(plain.replaceFirst("(?<=\\d)\\s*(\\[.*\\]|[A-Za-z]{1,5})$", ""));
    if (offset.matches()) {
      int sign = offset.group("sign").equals("-") ? -1 : 1;
      return ZoneOffset.ofHoursMinutesSeconds(
          sign * number(offset.group("hours"), 0),
          sign * number(offset.group("minutes"), 0),
          sign * number(offset.group("seconds"), 0));
    }
    String region = plain.replaceFirst("^\\[(.*)\\]$", "$1");
    if (region.contains("/")) {
      return offset(ZoneId.of(region), local);
    }
    throw new Nonsense(
        "the zone '"
            + Cells.excerpt(plain)
            + "' of a time is not one alone; write UTC, an offset such as +02:00, or a region such"
            + " as Europe/Berlin");
  }
}
