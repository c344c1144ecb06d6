package org.optirag.dataset.source;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;
import org.optirag.dataset.source.Source.TimeUnit;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.Nearest;
import org.optirag.workspace.UserException;

/**
 * Says in YAML what the columns of any CSV, TSV, JSON-lines or Parquet files mean, for data whose
 * form is not known:
 *
 * <pre>
 * name: my-shop
 * noun: product
 * interactions:            # one table or a list of tables
 *   file: ratings.csv.gz   # relative to the data's directory
 *   user: customer
 *   item: sku
 *   rating: stars          # or click: clicked; with neither every row is a click
 *   time: at               # without it: the order of the file
 *   time-unit: seconds     # or milliseconds, microseconds, nanoseconds, iso
 *                          # or time-format: dd/MM/yyyy HH:mm
 *   time-zone: UTC         # of times that name none; or Europe/Berlin
 *   decimal: '.'           # of ratings; or ','
 *   request: page          # what one user was shown at once has one id; needs a time
 * items:
 *   file: products.tsv
 *   id: sku
 *   title: name
 *   fields: {brand: brand, category: department}
 * users:
 *   file: customers.jsonl
 *   id: customer
 *   fields: {age: age}
 * rules:
 *   liked-from: 4
 * </pre>
 *
 * @param name of the data set
 * @param noun what an item is called in prompts; "item" if absent
 * @param interactions the tables of interactions
 * @param items the tables of item texts, or absent
 * @param users the tables of user profiles, or absent
 * @param rules what differs from the usual, or absent
 */
public record Mapping(
    @Nullable String name,
    @Nullable String noun,
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @Nullable List<InteractionFile> interactions,
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @Nullable List<TextFile> items,
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @Nullable List<TextFile> users,
    @Nullable RuleChanges rules) {

  /**
   * A file of interactions. The first eight components say how it lies, see {@link FileForm}.
   *
   * @param item column of the item id; or the columns, with {@code lists} each of several ids
   * @param lists whether an item column holds ids parted by blanks, oldest first
   * @param decimal "," where ratings are written with a decimal comma, or "."
   * @param timeFormat pattern of Java's DateTimeFormatter for times that cannot be told without
   * @param timeZone of times that name none: an offset or a region; UTC if absent
   * @param request column of an id that a user's rows share where they were shown together; what
   *     was not clicked is a row with label 0. Other users may have the same id. Rows without one
   *     are as without the column
   * @param part "train", "validation" or "test" where the data comes split; "history" for rows that
   *     tell what users did and are never examples
   */
  public record InteractionFile(
      @Nullable String file,
      @Nullable String format,
      @Nullable String delimiter,
      @Nullable String quote,
      @Nullable String escape,
      @Nullable String encoding,
      @Nullable List<String> columns,
      @Nullable String user,
      @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          @Nullable List<String> item,
      @Nullable Boolean lists,
      @Nullable String rating,
      @Nullable String decimal,
      @Nullable String click,
      @Nullable String time,
      @JsonProperty("time-unit") @Nullable String timeUnit,
      @JsonProperty("time-format") @Nullable String timeFormat,
      @JsonProperty("time-zone") @Nullable String timeZone,
      @Nullable String history,
      @Nullable String request,
      @Nullable String part) {

    /**
     * How its times are written.
     *
     * @param where the table's place in the mapping, see {@link Mapping#where}
     * @throws UserException if the mapping contradicts itself or names no form
     */
    public TimeForm timeForm(Path yaml, String where) {
      TimeForm form = withoutZone(yaml, where);
      if (timeZone == null) {
        return form;
      }
      try {
        return form.at(ZoneId.of(timeZone.strip()));
      } catch (DateTimeException e) {
        throw new UserException(
            ConfigFile.place(yaml, where + ".time-zone") + " is '" + timeZone + "'.",
            "Give UTC, an offset such as +02:00, or a region such as Europe/Berlin.",
            e);
      }
    }

    /**
     * Whether ratings are written with a decimal comma.
     *
     * @throws UserException if the mapping says neither comma nor point
     */
    public boolean decimalComma(Path yaml, String where) {
      if (decimal != null && !decimal.equals(",") && !decimal.equals(".")) {
        throw new UserException(
            ConfigFile.place(yaml, where + ".decimal") + " is '" + decimal + "'.",
            "Give ',' or '.', in quotes.");
      }
      return ",".equals(decimal);
    }

    private TimeForm withoutZone(Path yaml, String where) {
      if (timeFormat == null) {
        return timeUnit == null
            ? TimeForm.USUAL
            : TimeForm.in(constant(yaml, where + ".time-unit", TimeUnit.class, timeUnit));
      }
      if (timeUnit != null) {
        throw new UserException(
            ConfigFile.place(yaml, where + ".time-unit")
                + ": both time-unit and time-format are given.",
            "Give one of them.");
      }
      try {
        return TimeForm.of(timeFormat);
      } catch (IllegalArgumentException e) {
        throw new UserException(
            ConfigFile.place(yaml, where + ".time-format")
                + " is '"
                + timeFormat
                + "': "
                + e.getMessage()
                + ".",
            "Give a pattern of Java's DateTimeFormatter, such as dd/MM/yyyy HH:mm:ss.",
            e);
      }
    }
  }

  /**
   * A file of texts.
   *
   * @param id column of the id
   * @param title column of the title, or absent
   * @param fields name in the prompt to column
   */
  public record TextFile(
      @Nullable String file,
      @Nullable String format,
      @Nullable String delimiter,
      @Nullable String quote,
      @Nullable String escape,
      @Nullable String encoding,
      @Nullable List<String> columns,
      @Nullable String id,
      @Nullable String title,
      @Nullable Map<String, String> fields) {}

  /** What differs from {@code Rules.likedFrom(4)}; see {@link Rules}. */
  public record RuleChanges(
      @JsonProperty("liked-from") @Nullable Double likedFrom,
      @Nullable String zeros,
      @Nullable Integer core,
      @Nullable String order,
      @JsonProperty("all-items") @Nullable Boolean allItems,
      @JsonProperty("most-broken") @Nullable Double mostBroken) {

    /** The rules with these changes. */
    public Rules applied(Path yaml) {
      Rules changed = Rules.likedFrom(likedFrom == null ? 4 : likedFrom);
      if (zeros != null) {
        changed = changed.withZeros(constant(yaml, "rules.zeros", Rules.Zeros.class, zeros));
      }
      if (core != null) {
        changed = changed.withCore(core);
      }
      if (order != null) {
        changed = changed.withOrder(constant(yaml, "rules.order", Rules.Order.class, order));
      }
      if (allItems != null) {
        changed = changed.withAllItems(allItems);
      }
      return mostBroken == null ? changed : changed.withMostBroken(mostBroken);
    }
  }

  /**
   * Reads a mapping and applies it to the files of a directory.
   *
   * @throws UserException if the mapping has mistakes, or names a file that is not there
   */
  public static Source source(Path yaml, Path directory) {
    Mapping mapping = ConfigFile.read(yaml, Mapping.class);
    if (mapping.interactions == null || mapping.interactions.isEmpty()) {
      throw new UserException(
          yaml + " names no interactions.", "Add 'interactions:' with file, user and item.");
    }
    List<InteractionTable> tables =
        each(
            yaml,
            "interactions",
            mapping.interactions,
            (at, file) -> table(yaml, at, directory, file));
    insistOnTimes(yaml, mapping.interactions);
    List<TextFile> items = mapping.items == null ? List.of() : mapping.items;
    List<TextFile> users = mapping.users == null ? List.of() : mapping.users;
    return new Source(
        required(yaml, "name", mapping.name),
        "mapping",
        mapping.noun == null ? "item" : mapping.noun,
        tables,
        each(yaml, "items", items, (at, file) -> texts(yaml, directory, at, file)),
        each(yaml, "users", users, (at, file) -> texts(yaml, directory, at, file)),
        mapping.rules == null ? Rules.likedFrom(4) : mapping.rules.applied(yaml),
        mapping.givesThreshold(),
        List.of());
  }

  /** Whether it says from which rating on is liked. */
  public boolean givesThreshold() {
    return rules != null && rules.likedFrom != null;
  }

  private static <F, T> List<T> each(
      Path yaml, String what, List<F> files, BiFunction<String, F, T> of) {
    List<T> made = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      String where = where(what, i, files.size());
      F file = files.get(i);
      if (file == null) { // a lone '-'
        throw new UserException(
            ConfigFile.place(yaml, where) + " is empty.", "Name its file, or leave the '-' out.");
      }
      made.add(of.apply(where, file));
    }
    return made;
  }

  /** The place of one of several tables in a mapping, such as "interactions.[1]". */
  public static String where(String what, int index, int size) {
    return size == 1 ? what : what + ".[" + index + "]";
  }

  /**
   * Refuses requests where a table has no times.
   *
   * @throws UserException if there are such
   */
  public static void insistOnTimes(Path yaml, List<InteractionFile> tables) {
    if (tables.stream().anyMatch(table -> table.request() != null)
        && tables.stream().anyMatch(table -> table.time() == null)) {
      throw new UserException(
          ConfigFile.place(yaml, "interactions.request")
              + ": rows without a time cannot be parted into requests.",
          "Add 'time:' to every table; a running number will do.");
    }
  }

  private static InteractionTable table(
      Path yaml, String where, Path directory, InteractionFile file) {
    Path path = path(yaml, directory, where, file.file);
    FileForm form =
        new FileForm(
            file.format, file.delimiter, file.quote, file.escape, file.encoding, file.columns);
    if (file.rating != null && file.click != null) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".click") + ": both rating and click are given.",
          "Give one of them.");
    }
    if (file.history != null && file.time == null) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".history") + ": without a time its items have no place.",
          "Add 'time:'; a running number will do.");
    }
    if (file.item == null || file.item.isEmpty()) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".item") + " is missing.",
          "Name the column of the item's id.");
    }
    return new InteractionTable(
        path,
        form.layout(yaml, where, path),
        required(yaml, where + ".user", file.user),
        file.item.stream().map(item -> required(yaml, where + ".item", item)).toList(),
        file.lists != null && file.lists,
        file.rating,
        file.decimalComma(yaml, where),
        file.click,
        file.time,
        file.timeForm(yaml, where),
        file.history,
        file.request,
        file.part == null ? null : constant(yaml, where + ".part", Part.class, file.part));
  }

  private static TextTable texts(Path yaml, Path directory, String what, TextFile file) {
    Path path = path(yaml, directory, what, file.file);
    FileForm form =
        new FileForm(
            file.format, file.delimiter, file.quote, file.escape, file.encoding, file.columns);
    Map<String, String> fields = file.fields == null ? Map.of() : file.fields;
    return new TextTable(
        path,
        form.layout(yaml, what, path),
        required(yaml, what + ".id", file.id),
        file.title == null ? null : Text.column("title", file.title),
        fields.entrySet().stream()
            .map(field ->
                Text.column(
                    field.getKey(),
                    required(yaml, what + ".fields." + field.getKey(), field.getValue())))
            .toList());
  }

  private static Path path(Path yaml, Path directory, String what, @Nullable String name) {
    Path path = directory.resolve(required(yaml, what + ".file", name));
    if (!Files.isDirectory(directory)) {
      throw new UserException(
          Files.exists(directory)
              ? directory + " is a file, not a directory."
              : "There is no directory " + directory + ".",
          "Give the directory that the mapping's files are in.");
    }
    if (Files.isDirectory(path)) {
      throw new UserException(
          ConfigFile.place(yaml, what + ".file") + ": " + path + " is a directory.",
          "Name a file in it; several files are several tables.");
    }
    if (!Files.isRegularFile(path)) {
      throw new UserException(
          ConfigFile.place(yaml, what + ".file") + ": there is no file " + path + ".",
          "Names are relative to the directory of the data.");
    }
    return path;
  }

  /**
   * A field that a mapping cannot do without.
   *
   * @throws UserException if it is missing
   */
  public static String required(Path yaml, String field, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new UserException(
          ConfigFile.place(yaml, field) + " is missing.", "See 'optirag data import --help'.");
    }
    return value;
  }

  /**
   * A field that names one of a few words.
   *
   * @throws UserException if it names another
   */
  public static <E extends Enum<E>> E constant(
      Path yaml, String field, Class<E> type, String value) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
      if (constant.name().equals(value.toUpperCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new UserException(
        ConfigFile.place(yaml, field) + " is '" + value + "'.",
        Nearest.question(value, names) + "Give one of " + names + ".");
  }
}
