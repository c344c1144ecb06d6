package org.optirag.dataset.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;
import org.optirag.dataset.source.Source.TimeUnit;
import org.optirag.workspace.UserException;

/**
 * RecBole's atomic files NAME.inter, NAME.item, NAME.user: tab-separated with a header of
 * name:type. A split of RecBole's (NAME.train.inter, NAME.valid.inter, NAME.test.inter) is kept as
 * the data's own. The column "label" is the click, "rating" the rating. The title of an item is the
 * column that ends in "title" (else "name"); a release year joins it.
 */
record RecBoleAtomic() implements Formats.Format {
  private static final String INTER = ".inter";
  private static final Set<String> READ =
      Set.of("user_id", "item_id", "rating", "label", "timestamp");
  private static final Map<String, Part> PARTS =
      Map.of("train", Part.TRAIN, "valid", Part.VALIDATION, "test", Part.TEST);
  private static final List<String> OTHERS = List.of(".kg", ".link", ".net", ".kg.gz", ".net.gz");

  @Override
  public String name() {
    return "recbole";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    Map<String, Map<Part, Path>> parted = new TreeMap<>(); // by their name without part
    List<String> whole = new ArrayList<>();
    List<String> all =
        files.matching(name -> name.endsWith(INTER)).stream()
            .map(SourceFiles::plainName)
            .distinct()
            .toList();
    for (String name : all) {
      String stem = name.substring(0, name.length() - INTER.length());
      int dot = stem.lastIndexOf('.');
      Part part = PARTS.get(stem.substring(dot + 1));
      if (part == null) {
        whole.add(stem);
      } else {
        parted
            .computeIfAbsent(stem.substring(0, Math.max(dot, 0)), any -> new TreeMap<>())
            .put(part, files.find(name).orElseThrow());
      }
    }
    if (whole.size() + parted.size() > 1) {
      throw new UserException(
          files.directory()
              + " holds interactions of several kinds: "
              + String.join(", ", all)
              + ".",
          "Keep one NAME.inter, or NAME.train.inter, NAME.valid.inter and NAME.test.inter of one"
              + " NAME; other names go into a mapping with 'part:' (optirag data import --help).");
    }
    if (!whole.isEmpty()) {
      String stem = whole.get(0);
      Path inter = files.find(stem + INTER).orElseThrow();
      return Optional.of(source(stem, List.of(table(inter, null)), files));
    }
    return parted.entrySet().stream()
        .findFirst()
        .map(split -> source(split.getKey(), split(files, split.getValue()), files));
  }

  private static List<InteractionTable> split(SourceFiles files, Map<Part, Path> parts) {
    if (!parts.containsKey(Part.TRAIN) || !parts.containsKey(Part.TEST)) {
      throw new UserException(
          files.directory() + " holds " + parts.values() + ", which is not a whole split.",
          "Put the train and the test part there, or rename a single file to NAME.inter.");
    }
    for (Path file : parts.values()) {
      if (header(file).isEmpty()) {
        throw new UserException(
            file + " is empty: it has not even a line that names its columns.",
            "Give the file as it was, or remove it if the split has no such part.");
      }
    }
    List<String> columns = header(parts.getOrDefault(Part.TRAIN, Path.of("")));
    parts.forEach((part, file) -> {
      if (!header(file).equals(columns)) {
        throw new UserException(
            file + " has the columns " + header(file) + ", the train part " + columns + ".",
            "Give all parts of a split the same columns.");
      }
    });
    return parts.entrySet().stream().map(part -> table(part.getValue(), part.getKey())).toList();
  }

  private static InteractionTable table(Path inter, @Nullable Part part) {
    List<String> columns = header(inter);
    if (columns.contains("item_id_list")) {
      throw new UserException(
          inter + " lists earlier items in the column item_id_list, each row for itself.",
          "Give the file without it, or write a mapping with 'history: item_id_list'"
              + " (optirag data import --help).");
    }
    return new InteractionTable(
        inter,
        Delimited.tsv(),
        "user_id",
        List.of("item_id"),
        false,
        oneOf(columns, "rating"),
        false,
        oneOf(columns, "label"),
        oneOf(columns, "timestamp"),
        TimeForm.in(TimeUnit.SECONDS),
        null,
        null,
        part);
  }

  private Source source(String stem, List<InteractionTable> tables, SourceFiles files) {
    String name = stem.isEmpty() ? files.name() : stem;
    return new Source(
        name.equals("ml-100k") ? "movielens-100k" : name,
        name(),
        name.startsWith("ml-") ? "movie" : "item",
        tables,
        files.find(stem + ".item").stream().map(RecBoleAtomic::items).toList(),
        files.find(stem + ".user").stream().map(RecBoleAtomic::users).toList(),
        Rules.likedFrom(3.5),
        false,
        notRead(stem, tables, files));
  }

  private static List<String> notRead(
      String stem, List<InteractionTable> tables, SourceFiles files) {
    List<String> notes = new ArrayList<>();
    Path inter = tables.get(0).file();
    List<String> columns = header(inter).stream().filter(column -> !READ.contains(column)).toList();
    if (!columns.isEmpty()) {
      notes.add(
          "of " + inter.getFileName() + " the columns " + columns + " are not read; a mapping may");
    }
    if (tables.size() > 1 && tables.stream().noneMatch(t -> t.part() == Part.VALIDATION)) {
      notes.add("the split has no valid part: nothing can be chosen or tuned on it");
    }
    for (String ending : List.of(".item", ".user")) {
      for (Path other : files.matching(name -> name.toLowerCase(Locale.ROOT).endsWith(ending))) {
        String name = SourceFiles.plainName(other);
        if (!name.equals(stem + ending)) {
          notes.add(name + " is not read: it would have to be called " + stem + ending);
        }
      }
    }
    for (String other : OTHERS) {
      if (Files.exists(files.directory().resolve(stem + other))) {
        notes.add(stem + other + " is not read: OptiRAG has no use for it");
      }
    }
    return notes;
  }

  private static TextTable items(Path file) {
    List<String> columns = header(file);
    String title =
        columns.stream()
            .filter(column -> column.endsWith("title"))
            .findFirst()
            .orElse(oneOf(columns, "name"));
    String year = oneOf(columns, "release_year");
    List<Text> fields = new ArrayList<>();
    for (String column : columns) {
      if (column.equals("class") || column.equals("genre") || column.equals("genres")) {
        fields.add(Text.column("genres", column, value -> MovieLens100k.genres(value, "[ ,|]+")));
      } else if (!column.equals("item_id") && !column.equals(title) && !column.equals(year)) {
        fields.add(Text.column(column.replace('_', ' '), column));
      }
    }
    return new TextTable(file, Delimited.tsv(), "item_id", title(title, year), fields);
  }

  private static @Nullable Text title(@Nullable String title, @Nullable String year) {
    if (title == null) {
      return null;
    }
    if (year == null) {
      return Text.column("title", title);
    }
    return new Text("title", List.of(title, year), RecBoleAtomic::withYear);
  }

  private static String withYear(List<String> titleAndYear) {
    String title = titleAndYear.get(0).strip();
    String year = titleAndYear.get(1).strip();
    if (title.equals("unkonwn")) { // so misspelt in RecBole's ml-100k; "unknown" in the original
      return "unknown";
    }
    return title.isEmpty() || year.isEmpty() ? title : title + " (" + year + ")";
  }

  private static TextTable users(Path file) {
    List<Text> fields = new ArrayList<>();
    for (String column : header(file)) {
      if (column.equals("gender")) {
        fields.add(Text.column("gender", column, MovieLens100k::gender));
      } else if (!column.equals("user_id") && !column.startsWith("zip")) {
        fields.add(Text.column(column.replace('_', ' '), column));
      }
    }
    return new TextTable(file, Delimited.tsv(), "user_id", null, fields);
  }

  private static @Nullable String oneOf(List<String> columns, String name) {
    return columns.contains(name) ? name : null;
  }

  private static List<String> header(Path file) {
    try (TextLines lines = new TextLines(file, StandardCharsets.UTF_8)) {
      String first = lines.next();
      List<String> columns = new ArrayList<>();
      for (String column : first == null ? new String[0] : first.split("\t", -1)) {
        columns.add(column.strip().replaceFirst(":.*", ""));
      }
      return columns;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
