package org.optirag.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.Field;
import org.optirag.spark.LocalSpark;
import org.optirag.workspace.UserException;

/** What a cell means is the same on a cluster as on one machine, whatever the table's form. */
final class TableFormsTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "parquet"})
  void aListIsItsTextsAndAnEmptyListIsNothing(String form) throws IOException {
    for (String name : List.of("i.jsonl", "i.parquet", "r.parquet")) {
      try (var in = TableFormsTest.class.getResourceAsStream("list-columns/" + name)) {
        Files.write(directory.resolve(name), Objects.requireNonNull(in, name).readAllBytes());
      }
    }
    var prepared =
        BothWays.assertSame(
            directory,
            """
            name: t
            interactions: {file: r.parquet, user: user, item: item, rating: rating, time: at}
            items: {file: i.%s, id: id, title: name, fields: {categories: cats}}
            """
                .formatted(form));
    assertThat(prepared.load().items().fields())
        .containsExactly(List.of(new Field("categories", "Books, Sci-Fi")), List.of());
  }

  @Test
  void decimalCommasAndLocalTimesAreTheSame() throws IOException {
    write("r.csv", "u;i;r;t\nu;i1;4,5;01.06.2025 00:30\nu;i2;3.5;01.06.2025 00:31\nu;i3;2;1\n");
    var prepared =
        BothWays.assertSame(
            directory,
            """
            name: t
            interactions:
              {file: r.csv, delimiter: ";", user: u, item: i, rating: r, decimal: ",", time: t,
               time-format: "dd.MM.yyyy HH:mm", time-zone: Europe/Berlin}
            rules: {most-broken: 1}
            """);
    assertThat(prepared.load().interactions().size()).isEqualTo(1);
    assertThat(prepared.load().interactions().time(0))
        .isEqualTo(Instant.parse("2025-05-31T22:30:00Z").getEpochSecond());
    assertThat(prepared.load().interactions().rating(0)).isEqualTo(4.5f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "parquet", "csv"})
  void mapsRecordsAndFieldsWithinThemAreTheSame(String form) throws IOException {
    write(
        "i.jsonl",
        """
        {"id": "i1", "name": "Dune", "facts": {"by": "Herbert", "year": 1965, "x": null}, "genres": [{"id": 28, "name": "Action"}, {"id": 9, "name": "Drama"}], "price": 10.50}
        {"id": "i2", "name": "[1984]", "facts": null, "genres": [], "price": 7.0}
        """);
    write(
        "i.csv",
        """
        id,name,facts,genres,price
        i1,Dune,"{""by"": ""Herbert"", ""year"": 1965}","[{'id': 28, 'name': 'Action'}, {'id': 9, 'name': 'Drama'}]",10.50
        i2,[1984],,[],7.0
        """);
    LocalSpark.session()
        .read()
        .json(directory.resolve("i.jsonl").toString())
        .coalesce(1)
        .write()
        .parquet(directory.resolve("i").toString());
    try (var files = Files.list(directory.resolve("i"))) {
      Files.move(
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow(),
          directory.resolve("i.parquet"));
    }
    write("r.csv", "u,i\nu,i1\nu,i2\n");
    var prepared =
        BothWays.assertSame(
            directory,
            """
            name: t
            interactions: {file: r.csv, user: u, item: i}
            items:
              file: i.%s
              id: id
              title: name
              fields: {facts: facts, by: facts.by, genres: genres.name, price: price}
            """
                .formatted(form));
    assertThat(prepared.load().items().fields().get(0))
        .startsWith(
            new Field("facts", "by: Herbert, year: 1965"),
            new Field("by", "Herbert"),
            new Field("genres", "Action, Drama"));
    assertThat(prepared.load().items().title(1)).isEqualTo("[1984]");
  }

  @Test
  void listsOfItemsAndIdsThatAreFloatsAreTheSame() throws IOException {
    write("r.jsonl", "{\"u\": 7, \"i\": [\"x\", \"y 1\"]}\n{\"u\": 8, \"i\": []}\n");
    BothWays.assertSame(
        directory, "name: t\ninteractions: {file: r.jsonl, user: u, item: i, lists: true}\n");
    LocalSpark.session()
        .sql("SELECT 12345678D AS u, 'x' AS i UNION ALL SELECT double('NaN'), 'y'")
        .coalesce(1)
        .write()
        .parquet(directory.resolve("f").toString());
    try (var files = Files.list(directory.resolve("f"))) {
      Files.move(
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow(),
          directory.resolve("f.parquet"));
    }
    var prepared =
        BothWays.assertSame(
            directory,
            "name: t\ninteractions: {file: f.parquet, user: u, item: i}\nrules: {most-broken: 1}\n");
    assertThat(prepared.load().users().ids().ids()).containsExactly("12345678");
  }

  @Test
  void timesAreTheSameInEveryForm() throws IOException {
    String zone = LocalSpark.session().conf().get("spark.sql.session.timeZone");
    LocalSpark.session().conf().set("spark.sql.session.timeZone", "America/New_York");
    try {
      LocalSpark.session()
          .sql(
              "SELECT 'u' AS u, 'x' AS i, TIMESTAMP '2025-01-31 10:11:12.5Z' AS t,"
                  + " TIMESTAMP_NTZ '2025-01-31 10:11:12' AS n, DATE '2025-01-31' AS d,"
                  + " 1738318272D AS f, '2025-01-31 12:11:12+02' AS s")
          .coalesce(1)
          .write()
          .parquet(directory.resolve("r").toString());
      try (var files = Files.list(directory.resolve("r"))) {
        Files.move(
            files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow(),
            directory.resolve("r.parquet"));
      }
      for (String time : List.of("t", "n", "d", "f", "s")) {
        var prepared =
            BothWays.assertSame(
                directory,
                "name: t\ninteractions: {file: r.parquet, user: u, item: i, time: "
                    + (time + "}\nitems: {file: r.parquet, id: i, title: " + time + "}\n"));
        assertThat(prepared.load().interactions().time(0))
            .as(time)
            .isEqualTo(time.equals("d") ? 1738281600 : 1738318272);
      }
    } finally {
      LocalSpark.session().conf().set("spark.sql.session.timeZone", zone);
    }
  }

  @Test
  void whatIsFinerThanASecondOrdersAndDecidesTheSame() throws IOException {
    StringBuilder rows = new StringBuilder("u,i,r,t,p\n");
    java.util.Random random = new java.util.Random(7);
    for (int i = 0; i < 200; i++) {
      rows.append(
          "%d,%d,%d,%d,%s\n"
              .formatted(
                  random.nextInt(5),
                  random.nextInt(9),
                  random.nextInt(6),
                  1_738_318_272_000L + random.nextInt(9_000),
                  random.nextInt(3) == 0 ? "" : "p" + random.nextInt(5)));
    }
    write("r.csv", rows.toString());
    for (String request : List.of("", ", request: p")) {
      BothWays.assertSame(
          directory,
          "name: t\ninteractions: {file: r.csv, user: u, item: i, rating: r, time: t,"
              + (" time-unit: milliseconds" + request + "}\n"));
    }
  }

  @Test
  void timesThatMayMeanTwoThingsAreAskedFor() throws IOException {
    write("r.csv", "u,i,t\nu,x,20250131\n");
    Path yaml = directory.resolve("t.yaml");
    Files.writeString(yaml, "name: t\ninteractions: {file: r.csv, user: u, item: i, time: t}\n");
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("may be dates or seconds since 1970");
    write("r.csv", "u,i,t\nu,x,01/02/2025\n");
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("of which the month is not known");
    BothWays.assertSame(
        directory,
        "name: t\ninteractions: {file: r.csv, user: u, item: i, time: t, time-format: d/M/y}\n");
  }

  @Test
  void bytesOfOtherEncodingsAreRefusedAndNotReplaced() throws IOException {
    write("r.csv", "u,i\nu,x\n");
    write("i.csv", "");
    Files.write(
        directory.resolve("i.csv"), "id,name\nx,Café\n".getBytes(StandardCharsets.ISO_8859_1));
    Path yaml = directory.resolve("t.yaml");
    String mapping =
        """
        name: t
        interactions: {file: r.csv, user: u, item: i}
        items: {file: i.csv, id: id, title: name%s}
        """;
    Files.writeString(yaml, mapping.formatted(""));
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.csv holds bytes that are not UTF-8")
        .hasMessageContaining("'encoding: windows-1252'");
    for (String encoding : List.of("windows-1252", "ISO-8859-1")) {
      Files.write(
          directory.resolve("i.csv"),
          "id,name\nx,Café – “Zoë”\n".getBytes(Charset.forName("windows-1252")));
      var latin = BothWays.assertSame(directory, mapping.formatted(", encoding: " + encoding));
      assertThat(latin.load().items().titles()).containsExactly("Café – “Zoë”");
    }
    Files.writeString(yaml, mapping.formatted(", encoding: windows-1250"));
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.csv is in windows-1250")
        .hasMessageContaining("iconv -f windows-1250");
    write("i.csv", "\uFEFFid,name\nx,Café\n");
    var prepared = BothWays.assertSame(directory, mapping.formatted(""));
    assertThat(prepared.load().items().titles()).containsExactly("Café");
    Files.write(
        directory.resolve("i.csv"), "\uFEFFid,name\nx,Café\n".getBytes(StandardCharsets.UTF_16LE));
    Files.writeString(yaml, mapping.formatted(""));
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.csv is UTF-16")
        .hasMessageContaining("iconv -f UTF-16");
    Files.write(directory.resolve("r.csv"), "u,i\nü,x\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .hasMessageContaining("r.csv holds bytes that are not UTF-8");
  }

  @Test
  void aLineThatEndsInsideQuotesIsRefusedAndNotCut() throws IOException {
    write("r.csv", "u,i\nu,x\nu,y\n");
    write("i.csv", "id,name\nx,\"two\nlines\"\ny,Tea\n");
    Path yaml = directory.resolve("t.yaml");
    Files.writeString(
        yaml,
        """
        name: t
        interactions: {file: r.csv, user: u, item: i}
        items: {file: i.csv, id: id, title: name}
        """);
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.csv has a line that ends inside quotes: x,\"two.")
        .hasMessageContaining("optirag data import");
    write("i.csv", "id,name\nx,5\" pipe\ny,\"a \"\"b\"\"\"\n");
    BothWays.assertSame(directory, Files.readString(yaml));
  }

  @Test
  void whatIsSeldomMeantIsSaid() throws IOException {
    write("r.csv", "u,i,r,t\na,10.0,5,100\nb,11.0,4,100\n");
    write("i.csv", "id,name\nB1,Soap\nB2,Tea\n");
    var prepared =
        BothWays.assertSame(
            directory,
            """
            name: t
            interactions: {file: r.csv, user: u, item: i, rating: r, time: t}
            items: {file: i.csv, id: id, title: name}
            """);
    assertThat(prepared.manifest().notes())
        .containsExactly(
            "every label is 1 (liked from a rating of 4.0 on), so there is nothing to tell apart and"
                + " nothing can be learned",
            "every row has the time 1970-01-01T00:01:40Z, so they have no order",
            "no item of the interactions is one of "
                + directory.resolve("i.csv")
                + ": there they are called such as '10.0', here 'B1'");
  }

  @Test
  void labelsUnknownItemsAndPairsInTwoPartsAreSaid() throws IOException {
    write("a.csv", "u,i,r\na,10,5\na,11,1\nb,12.0,4\n");
    write("b.csv", "u,i,r\na,10,2\nb,11,3\n");
    write("i.csv", "id,name\n10,Soap\n11,Tea\n12,Salt\n");
    var prepared =
        BothWays.assertSame(
            directory,
            """
            name: t
            interactions:
            - {file: a.csv, user: u, item: i, rating: r, part: train}
            - {file: b.csv, user: u, item: i, rating: r, part: test}
            items: {file: i.csv, id: id, title: name}
            """);
    assertThat(prepared.manifest().labels())
        .isEqualTo(
            "1 of 4 interactions are likes (25.0 %): a rating of 4.0 or more, the default where the"
                + " mapping has no 'liked-from'");
    assertThat(prepared.manifest().notes())
        .containsExactly(
            "1 pairs of user and item stand in several parts of the split (train, test); of"
                + " each only the last row counts",
            "1 of 3 items (33.3 %) are not in "
                + directory.resolve("i.csv")
                + ", such as '12.0'; an id there that no interaction has is '12'");
  }

  @Test
  void aFileThatIsNoTextIsToldAsWhatItIs() throws IOException {
    Path yaml = directory.resolve("t.yaml");
    Files.writeString(yaml, "name: t\ninteractions: {file: r.csv, user: u, item: i}\n");
    for (String content : List.of("<html><body>404</body></html>", "PAR1\0", "%PDF-1.7")) {
      write("r.csv", content);
      assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("r.csv is ")
          .hasMessageContaining(", not text.");
    }
  }

  @Test
  void recBolesHeadersNameTheirColumns() throws IOException {
    write("s.inter", "user_id:token\titem_id:token\tlabel:float\nu\tx\t1.0\nu\ty\t0.0\n");
    BothWays.assertSame(
        directory,
        "name: t\ninteractions: {file: s.inter, user: user_id, item: item_id, click: label}\n");
  }

  @Test
  void aColumnThatIsNotThereIsRefused() throws IOException {
    write("r.jsonl", "{\"u\": 7, \"i\": 1}\n");
    Path yaml = directory.resolve("t.yaml");
    Files.writeString(yaml, "name: t\ninteractions: {file: r.jsonl, user: u, item: it}\n");
    assertThatThrownBy(() -> BothWays.prepared(directory, yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("r.jsonl has no column 'it'");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }
}
