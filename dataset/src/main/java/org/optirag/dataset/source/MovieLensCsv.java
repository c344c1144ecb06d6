package org.optirag.dataset.source;

import java.util.List;
import java.util.Optional;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;

/** MovieLens latest, latest-small, 20M, 25M, 32M: ratings.csv and movies.csv. */
record MovieLensCsv() implements Formats.Format {
  @Override
  public String name() {
    return "movielens-csv";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    return files
        .find("ratings.csv")
        .filter(ratings -> files.find("movies.csv").isPresent())
        .map(ratings ->
            new Source(
                files.name().replaceFirst("^ml-", "movielens-"),
                name(),
                "movie",
                List.of(
                    InteractionTable.of(
                        ratings, Delimited.csv(), "userId", "movieId", "rating", "timestamp")),
                files.find("movies.csv").stream()
                    .map(movies ->
                        new TextTable(
                            movies,
                            Delimited.csv(),
                            "movieId",
                            Text.column("title", "title"),
                            List.of(
                                Text.column(
                                    "genres",
                                    "genres",
                                    list -> MovieLens100k.genres(list, "\\|")))))
                    .toList(),
                List.of(),
                Rules.likedFrom(3.5)));
  }
}
