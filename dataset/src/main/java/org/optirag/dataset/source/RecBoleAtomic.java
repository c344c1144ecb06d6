package org.optirag.dataset.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;

/**
 * RecBole's atomic files NAME.inter, NAME.item, NAME.user: tab-separated with a header of
 * name:type. The title is the column that ends in "title" (else "name"); a release year joins it.
 */
record RecBoleAtomic() implements Formats.Format {
  @Override
  public String name() {
    return "recbole";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    return files.matching(name -> name.endsWith(".inter")).stream()
        .findFirst()
        .map(inter -> source(inter, files));
  }

  private Source source(Path inter, SourceFiles files) {
    String stem = SourceFiles.plainName(inter).replaceFirst("\\.inter$", "");
    List<String> columns = header(inter);
    boolean movies = stem.startsWith("ml-");
    return new Source(
        stem.equals("ml-100k") ? "movielens-100k" : stem,
        name(),
        movies ? "movie" : "item",
        List.of(
            InteractionTable.of(
                inter,
                Delimited.tsv(),
                "user_id",
                "item_id",
                oneOf(columns, "rating"),
                oneOf(columns, "timestamp"))),
        files.find(stem + ".item").stream().map(RecBoleAtomic::items).toList(),
        files.find(stem + ".user").stream().map(RecBoleAtomic::users).toList(),
        Rules.likedFrom(3.5));
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
        columns.add(column.replaceFirst(":.*", ""));
      }
      return columns;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
