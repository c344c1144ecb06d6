package org.optirag.dataset.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;

/**
 * Book-Crossing: the original dump (BX-Book-Ratings.csv, BX-Books.csv, BX-Users.csv; semicolons,
 * latin-1, quotes escaped by a backslash, ratings of 0 for books touched but not rated), or the
 * cleaned copy that goes round (BX-Ratings.csv; commas, UTF-8, explicit ratings only).
 *
 * <p>There are no times, and the ratings of a user are sorted by book, so their order is drawn. The
 * original's label is ReLLa's, 5 and above with 0 as a negative; the cleaned copy has lost its
 * zeros, so that nearly all it holds is 5 and above, and takes 8.
 */
record BookCrossing() implements Formats.Format {
  private static final char QUOTE = '"';

  @Override
  public String name() {
    return "book-crossing";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    Optional<Source> cleaned = files.find("BX-Ratings.csv").map(file -> cleaned(file, files));
    return cleaned.isPresent()
        ? cleaned
        : files
            .one("ratings", name -> name.endsWith("BX-Book-Ratings.csv"))
            .map(file -> original(file, files));
  }

  private Source original(Path ratings, SourceFiles files) {
    return source(
        ratings,
        original(ratings, "User-ID", "ISBN", "Book-Rating"),
        files.find("BX-Books.csv").stream()
            .map(books ->
                books(
                    books,
                    original(
                        books,
                        "ISBN",
                        "Book-Title",
                        "Book-Author",
                        "Year-Of-Publication",
                        "Publisher",
                        "Image-URL-S",
                        "Image-URL-M",
                        "Image-URL-L"),
                    "Publisher"))
            .toList(),
        files.find("BX-Users.csv").stream()
            .map(users ->
                new TextTable(
                    users,
                    original(users, "User-ID", "Location", "Age"),
                    "User-ID",
                    null,
                    List.of(Text.column("age", "Age"), Text.column("location", "Location"))))
            .toList(),
        Rules.likedFrom(5).withZeros(Rules.Zeros.NEGATIVE));
  }

  private Source cleaned(Path ratings, SourceFiles files) {
    return source(
        ratings,
        Delimited.csv(),
        files.find("BX-Books.csv").stream()
            .map(books -> books(books, Delimited.csv(), "Book-Publisher"))
            .toList(),
        files.find("BX-Users.csv").stream()
            .map(users ->
                new TextTable(
                    users,
                    Delimited.csv(),
                    "User-ID",
                    null,
                    List.of(
                        Text.column("age", "User-Age", BookCrossing::age),
                        new Text(
                            "location",
                            List.of("User-City", "User-State", "User-Country"),
                            BookCrossing::location))))
            .toList(),
        Rules.likedFrom(8));
  }

  private Source source(
      Path ratings, Layout layout, List<TextTable> books, List<TextTable> users, Rules rules) {
    return new Source(
        name(),
        name(),
        "book",
        List.of(InteractionTable.of(ratings, layout, "User-ID", "ISBN", "Book-Rating", null)),
        books,
        users,
        rules.withOrder(Rules.Order.SHUFFLED));
  }

  private static TextTable books(Path file, Layout layout, String publisher) {
    return new TextTable(
        file,
        layout,
        "ISBN",
        Text.column("title", "Book-Title"),
        List.of(
            Text.column("author", "Book-Author"),
            Text.column("year", "Year-Of-Publication", year -> year.equals("0") ? "" : year),
            Text.column("publisher", publisher)));
  }

  /** The original's layout; copies without the header line are read as well. */
  private static Layout original(Path file, String... columns) {
    boolean header;
    try (TextLines lines = new TextLines(file, StandardCharsets.ISO_8859_1)) {
      String first = lines.next();
      header = first != null && first.replace("\"", "").startsWith(columns[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Delimited(
        StandardCharsets.ISO_8859_1, ";", QUOTE, '\\', header ? List.of() : List.of(columns));
  }

  private static String location(List<String> places) {
    return String.join(
        ", ",
        places.stream()
            .map(place -> place.replace("\"", "").strip())
            .filter(place -> !place.isEmpty() && !place.equals("n/a"))
            .toList());
  }

  private static String age(String number) {
    return number.replace("\"", "").replaceFirst("\\.0$", "");
  }
}
