package org.optirag.dataset.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

class DelimitedTest {
  private static final Delimited BOOKS =
      new Delimited(StandardCharsets.ISO_8859_1, ";", '"', '\\', List.of());

  @TempDir Path directory;

  private final List<List<String>> rows = new ArrayList<>();
  private final List<Long> lines = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();

  @Test
  void whatIsQuotedComesBackWhateverItHolds() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      boolean escaping = random.nextBoolean();
      Delimited layout =
          new Delimited(
              StandardCharsets.UTF_8,
              random.nextBoolean() ? "," : "::",
              '"',
              escaping ? '\\' : 0,
              List.of("a", "b", "c"));
      List<List<String>> expected = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int row = 0; row < 20; row++) {
        List<String> fields = new ArrayList<>();
        for (int field = 0; field < 3; field++) {
          fields.add(randomText(random));
        }
        expected.add(fields);
        List<String> quoted = new ArrayList<>();
        fields.forEach(field -> quoted.add(quote(field, escaping)));
        text.append(String.join(layout.delimiter(), quoted))
            .append(random.nextBoolean() ? "\n" : "\r\n");
      }
      read(layout, "x.csv", text.toString(), "a", "b", "c");
      assertThat(broken).as("seed %d", seed).isEmpty();
      assertThat(rows).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @Test
  void anUnclosedQuoteCostsItsLineAlone() throws IOException {
    read(Delimited.csv(), "x.csv", "a,b\n1,2\n3,\"open\n5,6\n7,8\n", "a", "b");
    assertThat(rows).containsExactly(List.of("1", "2"), List.of("5", "6"), List.of("7", "8"));
    assertThat(lines).containsExactly(2L, 4L, 5L);
    assertThat(broken).containsExactly("3: a quote is opened and never closed");
  }

  @Test
  void aRowAfterOneOfSeveralLinesHasItsOwnLineNumber() throws IOException {
    read(Delimited.csv(), "x.csv", "a,b\n1,\"two\nlines\"\n3,4\n", "b", "a");
    assertThat(rows).containsExactly(List.of("two\nlines", "1"), List.of("4", "3"));
    assertThat(lines).containsExactly(2L, 4L);
  }

  @Test
  void aWrongNumberOfFieldsIsToldByLine() throws IOException {
    read(Delimited.csv(), "x.csv", "a,b\n1\n1,2,3\n\n1,2\n", "a");
    assertThat(broken).containsExactly("2: 1 fields, expected 2", "3: 3 fields, expected 2");
    assertThat(lines).containsExactly(5L);
  }

  @Test
  void textAfterAClosingQuoteIsBroken() throws IOException {
    read(Delimited.csv(), "x.csv", "a,b\n\"1\"x,2\n", "a");
    assertThat(broken).containsExactly("2: text after the closing quote of field 1");
  }

  @Test
  void bookCrossingsEscapedQuotesAndSemicolonsAreRead() throws IOException {
    read(
        BOOKS,
        "BX.csv",
        "\"ISBN\";\"Title\"\n\"1\";\"Peter; \\\"the Rabbit\\\"\"\n\"2\";\"A \\\"quote\\\";B\"\n\"3\";NULL",
        "Title");
    assertThat(rows)
        .containsExactly(
            List.of("Peter; \"the Rabbit\""), List.of("A \"quote\";B"), List.of("NULL"));
  }

  @Test
  void bookCrossingsMisescapedRowIsBrokenAndNotMisread() throws IOException {
    read(
        BOOKS,
        "BX.csv",
        "\"ISBN\";\"Title\";\"Author\"\n\"1\";\"Readers)\\\";An Author\"\n",
        "ISBN");
    assertThat(rows).isEmpty();
    assertThat(broken).containsExactly("2: 2 fields, expected 3");
  }

  @Test
  void latin1IsReadAsSuchAndUtf8MayHaveAMark() throws IOException {
    Path file = directory.resolve("m.dat");
    Files.write(file, "1::Caf\u00e9::x\n".getBytes(StandardCharsets.ISO_8859_1));
    read(Delimited.latin1("::", "id", "title", "more"), file, "title");
    assertThat(rows).containsExactly(List.of("Caf\u00e9"));
    read(Delimited.csv(), "x.csv", "\uFEFFa,b\n1,2\n", "a");
    assertThat(rows).containsExactly(List.of("1"));
  }

  @Test
  void gzippedFilesReadTheSame() throws IOException {
    Path file = directory.resolve("x.tsv.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("user_id:token\titem_id:token\n7\t8".getBytes(StandardCharsets.UTF_8));
    }
    read(Delimited.tsv(), file, "item_id");
    assertThat(rows).containsExactly(List.of("8"));
  }

  @Test
  void aMissingColumnIsNamedWithThoseThereAre() {
    assertThatThrownBy(() -> read(Delimited.csv(), "x.csv", "a,b\n1,2\n", "rating"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no column 'rating'; it has [a, b]");
  }

  @Test
  void aLineOfManyMegabytesIsBrokenAndNotKept() throws IOException {
    String huge = "x".repeat(TextLines.LONGEST + 10);
    read(Delimited.csv(), "x.csv", "a,b\n1," + huge + "\n3,4\n", "a");
    assertThat(broken).singleElement().asString().startsWith("2: the line has more than");
    assertThat(rows).containsExactly(List.of("3"));
  }

  private static String randomText(Random random) {
    String alphabet = "ab,;:\"\n 1\\\u00e9\uD83D\uDE00";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      int at =
          alphabet.offsetByCodePoints(
              0, random.nextInt(alphabet.codePointCount(0, alphabet.length())));
      text.appendCodePoint(alphabet.codePointAt(at));
    }
    return text.toString();
  }

  private static String quote(String field, boolean escaping) {
    String inner =
        escaping ? field.replace("\\", "\\\\").replace("\"", "\\\"") : field.replace("\"", "\"\"");
    return '"' + inner + '"';
  }

  private void read(Delimited layout, String name, String text, String... columns)
      throws IOException {
    read(layout, Files.writeString(directory.resolve(name), text), columns);
  }

  private void read(Delimited layout, Path file, String... columns) throws IOException {
    rows.clear();
    lines.clear();
    broken.clear();
    layout.read(
        file,
        List.of(columns),
        new Complaints() {
          @Override
          public void noted(String sentence) {}

          @Override
          public void broken(Path where, long line, String reason, String row) {
            broken.add(line + ": " + reason);
          }

          @Override
          public void mended(Path where, long line, String reason, String row) {
            throw new AssertionError(reason);
          }
        },
        (line, values) -> {
          lines.add(line);
          rows.add(List.of(values));
        });
  }
}
