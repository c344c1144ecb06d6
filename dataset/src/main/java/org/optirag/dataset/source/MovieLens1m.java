package org.optirag.dataset.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;

/**
 * MovieLens-1M (and 10M) as GroupLens publishes it: ratings.dat, movies.dat, users.dat, with "::"
 * between fields. A ratings-….dat with a part of the ratings serves as well.
 */
record MovieLens1m() implements Formats.Format {
  private static final List<String> OCCUPATIONS =
      List.of(
          "",
          "academic/educator",
          "artist",
          "clerical/admin",
          "college/grad student",
          "customer service",
          "doctor/health care",
          "executive/managerial",
          "farmer",
          "homemaker",
          "K-12 student",
          "lawyer",
          "programmer",
          "retired",
          "sales/marketing",
          "scientist",
          "self-employed",
          "technician/engineer",
          "tradesman/craftsman",
          "unemployed",
          "writer");
  private static final Map<String, String> AGES =
      Map.of(
          "1",
          "under 18",
          "18",
          "18-24",
          "25",
          "25-34",
          "35",
          "35-44",
          "45",
          "45-49",
          "50",
          "50-55",
          "56",
          "56 or over");

  @Override
  public String name() {
    return "movielens-1m";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    return files
        .one("ratings", name -> name.matches("ratings(-.*)?\\.dat"))
        .map(ratings -> source(ratings, files));
  }

  private Source source(Path ratings, SourceFiles files) {
    return new Source(
        name(),
        name(),
        "movie",
        List.of(
            InteractionTable.of(
                ratings,
                Delimited.latin1("::", "user", "item", "rating", "time"),
                "user",
                "item",
                "rating",
                "time")),
        files
            .find("movies.dat")
            .map(movies ->
                new TextTable(
                    movies,
                    Delimited.latin1("::", "id", "title", "genres"),
                    "id",
                    Text.column("title", "title"),
                    List.of(
                        Text.column(
                            "genres", "genres", genres -> MovieLens100k.genres(genres, "\\|")))))
            .stream()
            .toList(),
        files
            .find("users.dat")
            .map(users ->
                new TextTable(
                    users,
                    Delimited.latin1("::", "id", "gender", "age", "occupation", "zip"),
                    "id",
                    null,
                    List.of(
                        Text.column("age", "age", age -> AGES.getOrDefault(age, age)),
                        Text.column("gender", "gender", MovieLens100k::gender),
                        Text.column("occupation", "occupation", MovieLens1m::occupation))))
            .stream()
            .toList(),
        Rules.likedFrom(3.5));
  }

  private static String occupation(String code) {
    return code.matches("\\d|1\\d|20") ? OCCUPATIONS.get(Integer.parseInt(code)) : code;
  }
}
