package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

class DatasetStoreTest {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

  @TempDir Path temporary;
  private Path data;
  private DatasetStore store;

  @BeforeEach
  void prepare() throws IOException {
    data = Files.createDirectory(temporary.resolve("data"));
    store = new DatasetStore(new CacheDirectory(temporary.resolve("cache")), NOW);
  }

  @Test
  void movieLens100kIsReadAndOrderedByTime() throws IOException {
    file("u.data", "10\t2\t3\t300\n9\t1\t5\t100\n10\t1\t4\t200\n");
    String flags = "0|".repeat(18);
    latin1(
        "u.item",
        "1|Caf\u00e9 (1995)|01-Jan-1995||u|0|1|"
            + "0|".repeat(16)
            + "1\n2|unknown||||1|"
            + flags.substring(2)
            + "0\n");
    file("u.user", "9|24|M|writer|85711\n10|53|F|other|94043\n");
    Dataset read = imported();
    assertThat(read.users().ids().ids()).containsExactly("9", "10");
    assertThat(read.items().titles()).containsExactly("Caf\u00e9 (1995)", "unknown");
    assertThat(read.items().fields())
        .containsExactly(List.of(new Field("genres", "Action, Western")), List.of());
    assertThat(read.users().profiles().get(0))
        .containsExactly(
            new Field("age", "24"), new Field("gender", "male"), new Field("occupation", "writer"));
    assertThat(rows(read)).containsExactly("9 1 5.0 + 100", "10 1 4.0 + 200", "10 2 3.0 - 300");
    assertThat(read.noun()).isEqualTo("movie");
  }

  @Test
  void movieLensLatestHasQuotedTitlesAndHalfStars() throws IOException {
    file("ratings.csv", "userId,movieId,rating,timestamp\n1,7,3.5,1000\n1,8,3.0,1001\n");
    file(
        "movies.csv",
        "movieId,title,genres\n7,\"President, The (1995)\",Drama|War\n8,\"A \"\"B\"\"\",(no genres listed)\n");
    Dataset read = imported();
    assertThat(read.items().titles()).containsExactly("President, The (1995)", "A \"B\"");
    assertThat(read.items().fields())
        .containsExactly(List.of(new Field("genres", "Drama, War")), List.of());
    assertThat(rows(read)).containsExactly("1 7 3.5 + 1000", "1 8 3.0 - 1001");
  }

  @Test
  void recBolesFilesMayLackRatings() throws IOException {
    file("shop.inter", "user_id:token\titem_id:token\ttimestamp:float\na\tx\t9.7E8\n");
    file("shop.item", "item_id:token\ttitle:token_seq\tbrand_name:token\nx\tSoap\tAcme\n");
    Dataset read = imported();
    assertThat(rows(read)).containsExactly("a x NaN + 970000000");
    assertThat(read.items().titles()).containsExactly("Soap");
    assertThat(read.items().fields().get(0)).containsExactly(new Field("brand name", "Acme"));
  }

  @Test
  void aPublishedSplitKeepsItsPartsAndTakesInWhatOnlyHistoriesTell() throws IOException {
    String header = "uid,iid,label,timestamp,not_cold,history\n";
    file("train.csv", header + "u,1,1,1000,1,8 9\n");
    file("valid.csv", header + "u,2,0,2000,1,8 9 1\n");
    file("test.csv", header + "u,3,1,3000,1,8 9 1 7\n");
    Dataset read = imported();
    assertThat(rows(read))
        .containsExactly(
            "u 8 NaN + 998",
            "u 9 NaN + 999",
            "u 1 NaN + 1000",
            "u 2 NaN - 2000",
            "u 7 NaN + 2999",
            "u 3 NaN + 3000");
    assertThat(IntStream.range(0, 6).mapToObj(read.published()::of))
        .containsExactly(
            Part.HISTORY, Part.HISTORY, Part.TRAIN, Part.VALIDATION, Part.HISTORY, Part.TEST);
    assertThat(read.split().train().size()).as("two of history, one row").isEqualTo(3);
    assertThat(read.split().trainExamples().size()).isEqualTo(1);
    assertThat(read.split().test().size()).isEqualTo(1);
  }

  @Test
  void amazonOf2014HasPythonMetadata() throws IOException {
    file(
        "reviews_Toys_5.json",
        "{\"reviewerID\": \"A\", \"asin\": \"01\", \"overall\": 5.0, \"unixReviewTime\": 1252800000, \"reviewText\": \"x\"}\n");
    file(
        "meta_Toys.json",
        "{'asin': '01', 'title': \"Girl's &amp; Co\", 'brand': 'Acme', 'categories': [['Sports', 'Dance'], ['Sports']]}\n");
    Dataset read = imported();
    assertThat(read.name()).isEqualTo("amazon-toys");
    assertThat(rows(read)).containsExactly("A 01 5.0 + 1252800000");
    assertThat(read.items().titles()).containsExactly("Girl's & Co");
    assertThat(read.items().fields().get(0))
        .containsExactly(new Field("brand", "Acme"), new Field("categories", "Sports, Dance"));
  }

  @Test
  void amazonOf2023HasMillisecondsAndParents() throws IOException {
    file(
        "All_Beauty.jsonl",
        "{\"rating\": 2.0, \"title\": \"bad\", \"asin\": \"a\", \"parent_asin\": \"p\", \"user_id\": \"U\", \"timestamp\": 1588687728923}\n");
    file(
        "meta_All_Beauty.jsonl",
        "{\"main_category\": \"x\", \"title\": \"Soap\", \"parent_asin\": \"p\", \"store\": \"Acme\", \"categories\": [], \"details\": {\"title\": \"y\"}}\n");
    Dataset read = imported();
    assertThat(rows(read)).containsExactly("U p 2.0 - 1588687728");
    assertThat(read.items().titles()).containsExactly("Soap");
    assertThat(read.items().fields().get(0)).containsExactly(new Field("brand", "Acme"));
  }

  @Test
  void bookCrossingsZerosAreNegativesWithoutARating() throws IOException {
    latin1(
        "BX-Book-Ratings.csv",
        "\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"1\";\"0X\";\"0\"\n\"2\";\"0X\";\"5\"\n");
    Dataset read = imported();
    assertThat(rows(read).map(row -> row.replaceAll(" \\d+$", "")))
        .containsExactlyInAnyOrder("1 0X NaN -", "2 0X 5.0 +");
    assertThat(
            store
                .importSource(
                    source(), source().rules().withZeros(Rules.Zeros.DROP), Progress.silent())
                .manifest()
                .counts()
                .interactions())
        .isEqualTo(1);
  }

  @Test
  void ofRowsWithoutTimesTheLastOfEachUserComesAfterAllOthers() throws IOException {
    file("sequences.txt", "1 a b c d\n2 c d\n3 b a d\n");
    Dataset read = imported();
    assertThat(read.timed()).isFalse();
    assertThat(read.split().train().size()).isEqualTo(2 + 2 + 1);
    Interactions test = read.split().test();
    assertThat(rows(read, test).map(row -> row.substring(0, 3))).containsExactly("1 d", "3 d");
    assertThat(rows(read, read.split().validation()).map(row -> row.substring(0, 3)))
        .containsExactly("1 c", "3 a");
    assertThat(test.time(0)).isGreaterThan(read.split().validation().time(1));
  }

  @Test
  void everyKindOfNonsenseIsNamedByFileAndLine() throws IOException {
    file(
        "u.data",
        "1\t1\t5\t100\n"
            + "1\t2\n"
            + "\t3\t5\t100\n"
            + "1\t4\tNaN\t100\n"
            + "1\t5\tfive\t100\n"
            + "1\t6\t5\t1600000000000\n"
            + "1\t7\t5\t1900000000\n"
            + "1\t8\t5\tsoon\n"
            + "1\t9\t5\t-3\n");
    Path rejected = temporary.resolve("rejected.tsv");
    Check check = store.check(source(), source().rules(), rejected, Progress.silent());
    assertThat(check.broken()).isEqualTo(8);
    assertThat(
            Files.readAllLines(rejected).stream()
                .map(line -> line.split("\t")[1] + ": " + line.split("\t")[3]))
        .containsExactly(
            "line: reason",
            "2: 2 fields, expected 4",
            "3: the user id is empty",
            "4: the rating is 'NaN', expected a number",
            "5: the rating is 'five', expected a number",
            "6: the time 1600000000000 is in milliseconds, expected seconds: say so in a mapping,"
                + " 'time-unit: milliseconds'",
            "7: the time 1900000000 is in the future: 2030-03-17T17:46:40Z",
            "8: the time is 'soon', expected a number or a date",
            "9: the time -3 is before 1970");
  }

  @Test
  void tooManyBrokenRowsStopTheImportAndLeaveNothingButTheirList() throws IOException {
    file("u.data", "1\t1\t5\t100\n1\t2\tx\t100\n");
    assertThatThrownBy(this::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("u.data: 1 of 2 rows are broken (50.0 %, at most 1.0 % may be)")
        .hasMessageContaining("line 2: the rating is 'x', expected a number")
        .hasMessageContaining("--most-broken");
    try (Stream<Path> left = Files.list(temporary.resolve("cache/datasets"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactly("movielens-100k.rejected.tsv");
    }
    Rules lenient = source().rules().withMostBroken(0.5);
    ImportedDataset kept = store.importSource(source(), lenient, Progress.silent());
    assertThat(kept.manifest().counts().broken()).isEqualTo(1);
    assertThat(kept.directory().resolve("rejected.tsv")).content().contains("u.data\t2\tleft out");
  }

  @Test
  void theLastRatingOfARepeatedPairCountsAndTheOthersAreListed() throws IOException {
    file("u.data", "1\t1\t1\t300\n1\t1\t5\t100\n1\t1\t4\t300\n");
    Dataset read = imported();
    assertThat(rows(read)).containsExactly("1 1 4.0 + 300");
    assertThat(store.find("movielens-100k").directory().resolve("rejected.tsv"))
        .content()
        .contains("u.data\t1\tmended\tthe same user and item", "u.data\t2\tmended");
  }

  @Test
  void aTitleOfTenMegabytesIsLeftOut() throws IOException {
    file("ratings.csv", "userId,movieId,rating,timestamp\n1,7,3.5,1000\n");
    file("movies.csv", "movieId,title,genres\n7," + "x".repeat(10 << 20) + ",Drama\n");
    Dataset read = imported();
    assertThat(read.items().titles()).as("sha256 of 7, cut").containsExactly("790269");
    assertThat(store.find("data").directory().resolve("rejected.tsv"))
        .content()
        .contains("movies.csv\t2\tmended\tthe title has 10485760 characters, more than 10000");
  }

  @Test
  void movieTweetingsIsToldFromMovieLensByItsFilms() throws IOException {
    file("ratings.dat", "1::0054890::8::1381945744\n1::0068646::7::1381945745\n");
    file(
        "movies.dat",
        "0054890::Fantômas (1961)::Crime|Drama\n0068646::The Godfather (1972)::Crime\n");
    Dataset tweeted = imported();
    assertThat(tweeted.name()).isEqualTo("movietweetings");
    assertThat(rows(tweeted))
        .containsExactly("1 0054890 8.0 + 1381945744", "1 0068646 7.0 - 1381945745");
    assertThat(tweeted.items().title(0)).isEqualTo("Fantômas (1961)");

    file("ratings.dat", "1::1193::5::978300760\n");
    assertThat(source().format()).isEqualTo("movielens-1m");
    file("ratings.dat", "");
    assertThatThrownBy(this::imported).hasMessageContaining("is empty");
  }

  @Test
  void theDataSetThatComesWithOptiragNeedsNoNetwork() {
    Dataset data = store.require("movietweetings", Progress.silent());
    assertThat(data.interactions().size()).isEqualTo(141_695);
    assertThat(data.interactions().labelRate())
        .isEqualTo((33_817 + 19_633 + 17_391) / 141_695.0); // from 8 of 10 on
    assertThat(data.timed()).isTrue();
    assertThat(data.users().size()).isEqualTo(21_081);
    assertThat(data.items().titles()).contains("Fantômas - À l'ombre de la guillotine (1913)");
    assertThat(data.items().ids().number("0054890")).isPresent();
  }

  @Test
  void emptyFilesAndForeignDirectoriesAreRefused() throws IOException {
    assertThatThrownBy(this::imported).hasMessageContaining("of no known form: []");
    file("u.data", "");
    assertThatThrownBy(this::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("u.data is empty");
    assertThatThrownBy(() -> Formats.recognise(temporary.resolve("none")))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> store.open("nothing"))
        .hasMessageContaining("There is no imported data set 'nothing'");
  }

  @Test
  void aCutOffGzipIsToldAsSuch() throws IOException {
    Files.write(data.resolve("u.data.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0});
    assertThatThrownBy(this::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("damaged or cut off");
  }

  @Test
  void aCoreLeavesNoUserOrItemWithFewer() throws IOException {
    file("u.data", "1\t1\t5\t1\n1\t2\t5\t2\n2\t1\t5\t3\n2\t2\t5\t4\n3\t1\t5\t5\n3\t3\t5\t6\n");
    ImportedDataset kept =
        store.importSource(source(), source().rules().withCore(2), Progress.silent());
    assertThat(rows(kept.load()))
        .containsExactly("1 1 5.0 + 1", "1 2 5.0 + 2", "2 1 5.0 + 3", "2 2 5.0 + 4");
  }

  @Test
  void aMappingReadsJsonLinesAndParquetAlike() throws IOException {
    file(
        "clicks.jsonl",
        "{\"who\": \"a\", \"what\": 7, \"did\": true, \"at\": \"2020-01-01T00:00:10Z\"}\n{\"who\": \"b\", \"what\": 8, \"did\": false, \"at\": \"2020-01-01\"}\n");
    file("things.csv", "id;name;by\n7;Soap;Acme\n8;'Oil; pure';\n");
    Path yaml =
        Files.writeString(
            temporary.resolve("shop.yaml"),
            """
            name: shop
            noun: product
            interactions:
              file: clicks.jsonl
              user: who
              item: what
              click: did
              time: at
              time-unit: iso
            items:
              file: things.csv
              delimiter: ";"
              quote: "'"
              id: id
              title: name
              fields: {brand: by}
            """);
    Source shop = Mapping.source(yaml, data);
    Dataset read = store.importSource(shop, shop.rules(), Progress.silent()).load();
    assertThat(rows(read)).containsExactly("b 8 NaN - 1577836800", "a 7 NaN + 1577836810");
    assertThat(read.items().titles()).containsExactly("Soap", "Oil; pure");
    assertThat(read.items().fields())
        .containsExactly(List.of(new Field("brand", "Acme")), List.of());

    try (Duck duck = Duck.inMemory(temporary)) {
      duck.run(
          "COPY (SELECT * FROM read_json("
              + (Duck.literal(data.resolve("clicks.jsonl")) + ")) TO ")
              + (Duck.literal(data.resolve("clicks.parquet")) + " (FORMAT parquet)"));
    }
    Files.writeString(
        yaml,
        "name: shop\ninteractions: {file: clicks.parquet, user: who, item: what, click: did, time: at, time-unit: iso}\n");
    Source parquet = Mapping.source(yaml, data);
    assertThat(rows(store.importSource(parquet, parquet.rules(), Progress.silent()).load()))
        .containsExactly("b 8 NaN - 1577836800", "a 7 NaN + 1577836810");
  }

  private static final String SHOWN =
      """
      name: pages
      interactions:
        file: shown.csv
        user: u
        item: i
        click: c
        time: t
        request: page
      """;

  @Test
  void whatWasShownTogetherStaysTogether() throws IOException {
    // "p" is a page of two users; b is shown to u again on "q", and stands twice on r's page.
    file(
        "shown.csv",
        """
        u,i,c,t,page
        u,a,0,12,p
        u,b,1,10,p
        u,c,0,11,p
        w,a,1,11,p
        u,b,0,20,q
        u,d,0,20,q
        w,d,1,30,
        w,e,0,40,r
        w,e,1,41,r
        """);
    Path yaml = Files.writeString(temporary.resolve("pages.yaml"), SHOWN);
    Source pages = Mapping.source(yaml, data);
    ImportedDataset imported = store.importSource(pages, pages.rules(), Progress.silent());
    Dataset read = imported.load();
    assertThat(rows(read))
        .as("a page's rows have its first time")
        .containsExactly(
            "u a NaN - 10",
            "u b NaN + 10",
            "u c NaN - 10",
            "w a NaN + 11",
            "u b NaN - 20",
            "u d NaN - 20",
            "w d NaN + 30",
            "w e NaN + 40");
    Interactions all = read.interactions();
    assertThat(IntStream.range(0, 8).map(all::request))
        .containsExactly(0, 0, 0, 1, 2, 2, Interactions.ALONE, 3);
    assertThat(imported.manifest().counts().requests()).isEqualTo(4);
    assertThat(imported.manifest().counts().repeats()).isEqualTo(1);
  }

  @Test
  void dataImportedBeforeThereWereRequestsStillOpens() throws IOException {
    file("u.data", "1\t1\t5\t100\n1\t2\t5\t101\n");
    imported();
    Path manifest = store.find("movielens-100k").directory().resolve("dataset.json");
    String text = Files.readString(manifest);
    assertThat(text).contains("\"requests\"");
    Files.writeString(manifest, text.replaceFirst(",\\s*\"requests\" : 0", ""));
    assertThat(Files.readString(manifest)).doesNotContain("requests");
    Dataset read = store.open("movielens-100k");
    assertThat(read.interactions().size()).isEqualTo(2);
    assertThat(read.interactions().hasRequests()).isFalse();
  }

  @Test
  void aPublishedPartAndAHistoryGoWithRequests() throws IOException {
    file("train.csv", "u,i,c,t,page,past\nu,a,1,10,p,x y\nu,b,0,10,p,\n");
    file("test.csv", "u,i,c,t,page,past\nu,c,1,20,p,x y\nu,b,1,20,p,\n");
    Path yaml =
        Files.writeString(
            temporary.resolve("pages.yaml"),
            """
            name: pages
            interactions:
              - {file: train.csv, user: u, item: i, click: c, time: t, request: page, history: past, part: train}
              - {file: test.csv, user: u, item: i, click: c, time: t, request: page, history: past, part: test}
            """);
    Source pages = Mapping.source(yaml, data);
    Dataset read = store.importSource(pages, pages.rules(), Progress.silent()).load();
    assertThat(rows(read))
        .containsExactly(
            "u x NaN + 8",
            "u y NaN + 9",
            "u a NaN + 10",
            "u b NaN - 10",
            "u c NaN + 20",
            "u b NaN + 20");
    assertThat(IntStream.range(0, 6).map(read.interactions()::request))
        .as("the same id in another part is another request")
        .containsExactly(-1, -1, 0, 0, 1, 1);
    assertThat(rows(read, read.split().test())).containsExactly("u c NaN + 20", "u b NaN + 20");
    assertThat(read.split().test().request(0)).isEqualTo(1);
  }

  @Test
  void requestsWithoutTimesAreRefused() throws IOException {
    file("shown.csv", "u,i,c,t,page\nu,a,0,12,p\n");
    Path yaml = temporary.resolve("pages.yaml");
    Files.writeString(yaml, SHOWN.replace("  time: t\n", ""));
    assertThatThrownBy(() -> Mapping.source(yaml, data))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("interactions.request: rows without a time")
        .hasMessageContaining("Add 'time:'");
  }

  @Test
  void aMappingsMistakesAreNamed() throws IOException {
    Path yaml = temporary.resolve("shop.yaml");
    Files.writeString(yaml, "name: shop\ninteractions: {file: no.csv, user: u, item: i}\n");
    assertThatThrownBy(() -> Mapping.source(yaml, data))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("interactions.file: there is no file");
    file("c.csv", "u,i\n1,2\n");
    Files.writeString(yaml, "name: shop\ninteractions: {file: c.csv, user: u, item: sku}\n");
    Source source = Mapping.source(yaml, data);
    assertThatThrownBy(() -> store.importSource(source, source.rules(), Progress.silent()))
        .hasMessageContaining("c.csv has no column 'sku'; it has [u, i]");
    Files.writeString(
        yaml, "name: shop\ninteractions: {file: c.csv, user: u, item: i, time-unit: hours}\n");
    assertThatThrownBy(() -> Mapping.source(yaml, data))
        .hasMessageContaining("interactions.time-unit is 'hours'")
        .hasMessageContaining("[seconds, milliseconds, microseconds, nanoseconds, iso]");
  }

  @Test
  void importingAgainReplacesWhatWasThere() throws IOException {
    file("u.data", "1\t1\t5\t100\n");
    imported();
    file("u.data", "1\t1\t5\t100\n1\t2\t5\t101\n");
    assertThat(imported().interactions().size()).isEqualTo(2);
    assertThat(store.names()).containsExactly("movielens-100k");
  }

  private Dataset imported() {
    return store.importDirectory(data, Progress.silent()).load();
  }

  private Source source() {
    return Formats.recognise(data);
  }

  private static Stream<String> rows(Dataset read) {
    return rows(read, read.interactions());
  }

  private static Stream<String> rows(Dataset read, Interactions all) {
    return IntStream.range(0, all.size())
        .mapToObj(row ->
            read.users().ids().id(all.user(row))
                + " "
                + read.items().ids().id(all.item(row))
                + " "
                + all.rating(row)
                + (all.label(row) ? " + " : " - ")
                + all.time(row));
  }

  private void file(String name, String text) throws IOException {
    Files.writeString(data.resolve(name), text);
  }

  private void latin1(String name, String text) throws IOException {
    Files.write(data.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
