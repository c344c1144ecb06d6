package org.optirag.dataset.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;

/** MovieLens-100K as GroupLens publishes it: u.data, u.item, u.user. */
record MovieLens100k() implements Formats.Format {
  private static final List<String> GENRES =
      List.of(
          "unknown",
          "Action",
          "Adventure",
          "Animation",
          "Children's",
          "Comedy",
          "Crime",
          "Documentary",
          "Drama",
          "Fantasy",
          "Film-Noir",
          "Horror",
          "Musical",
          "Mystery",
          "Romance",
          "Sci-Fi",
          "Thriller",
          "War",
          "Western");

  @Override
  public String name() {
    return "movielens-100k";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    return files.find("u.data").map(ratings -> source(ratings, files));
  }

  private Source source(Path ratings, SourceFiles files) {
    List<String> itemColumns = new ArrayList<>(List.of("id", "title", "released", "video", "url"));
    itemColumns.addAll(GENRES);
    return new Source(
        name(),
        name(),
        "movie",
        List.of(
            InteractionTable.of(
                ratings,
                Delimited.latin1("\t", "user", "item", "rating", "time"),
                "user",
                "item",
                "rating",
                "time")),
        files
            .find("u.item")
            .map(items ->
                new TextTable(
                    items,
                    Delimited.latin1("|", itemColumns.toArray(String[]::new)),
                    "id",
                    Text.column("title", "title"),
                    List.of(new Text("genres", GENRES, MovieLens100k::genres))))
            .stream()
            .toList(),
        files
            .find("u.user")
            .map(users ->
                new TextTable(
                    users,
                    Delimited.latin1("|", "id", "age", "gender", "occupation", "zip"),
                    "id",
                    null,
                    List.of(
                        Text.column("age", "age"),
                        Text.column("gender", "gender", MovieLens100k::gender),
                        Text.column("occupation", "occupation"))))
            .stream()
            .toList(),
        Rules.likedFrom(3.5));
  }

  private static String genres(List<String> flags) {
    List<String> set = new ArrayList<>();
    for (int i = 0; i < flags.size(); i++) {
      if (flags.get(i).equals("1") && !GENRES.get(i).equals("unknown")) {
        set.add(GENRES.get(i));
      }
    }
    return String.join(", ", set);
  }

  /** "male" for "M", "female" for "F", else as given. */
  static String gender(String letter) {
    return switch (letter) {
      case "M" -> "male";
      case "F" -> "female";
      default -> letter;
    };
  }

  /** Genres parted by {@code separator} as "Drama, War"; "unknown" counts as none. */
  static String genres(String list, String separator) {
    return String.join(
        ", ",
        Arrays.stream(list.split(separator))
            .filter(genre -> !genre.equals("unknown") && !genre.equals("(no genres listed)"))
            .toList());
  }
}
