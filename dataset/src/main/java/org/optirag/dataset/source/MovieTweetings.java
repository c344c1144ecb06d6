package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;

/**
 * MovieTweetings: ratings.dat and movies.dat as MovieLens-1M has them, but with ratings from 0 to
 * 10 and IMDb's numbers of films, by which it is told from that. Its users.dat has Twitter ids,
 * which say nothing of a taste, and is not read.
 */
record MovieTweetings() implements Formats.Format {
  private static final String BETWEEN = "::";

  /** IMDb numbers films with seven digits or more, MovieLens counts them from 1. */
  private static final String IMDB = "\\d{7,}";

  @Override
  public String name() {
    return "movietweetings";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    Optional<Path> ratings = files.find("ratings.dat");
    Optional<Path> movies = files.find("movies.dat");
    return ratings.isPresent() && movies.isPresent() && ofImdb(ratings.get())
        ? Optional.of(source(ratings.get(), movies.get()))
        : Optional.empty();
  }

  private static boolean ofImdb(Path ratings) {
    try (TextLines lines = new TextLines(ratings, StandardCharsets.UTF_8)) {
      @Nullable String first = lines.next();
      String[] fields = first == null ? new String[0] : first.split(BETWEEN, -1);
      return fields.length == 4 && fields[1].matches(IMDB);
    } catch (IOException e) {
      return false; // whoever reads the whole file says what is wrong with it
    }
  }

  private Source source(Path ratings, Path movies) {
    return new Source(
        name(),
        name(),
        "movie",
        List.of(
            InteractionTable.of(
                ratings,
                Delimited.utf8(BETWEEN, "user", "item", "rating", "time"),
                "user",
                "item",
                "rating",
                "time")),
        List.of(
            new TextTable(
                movies,
                Delimited.utf8(BETWEEN, "id", "title", "genres"),
                "id",
                Text.column("title", "title"),
                List.of(
                    Text.column(
                        "genres", "genres", genres -> MovieLens100k.genres(genres, "\\|"))))),
        List.of(),
        Rules.likedFrom(8));
  }
}
