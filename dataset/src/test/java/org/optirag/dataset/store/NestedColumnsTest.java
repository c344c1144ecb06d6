package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

/** Lists, maps and records in the cells of CSV, JSON lines and Parquet. */
class NestedColumnsTest {
  private static final List<String> FORMS = List.of("csv", "jsonl", "parquet");

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  @Test
  void aFieldWithinARecordIsFoundByItsOwnName() throws IOException {
    files.file("r.jsonl", "{\"customer\": {\"id\": \"a\"}, \"product\": {\"sku\": \"x\"}}\n");
    String mapping = "name: t\ninteractions: {file: r.jsonl, user: %s, item: %s}\n";
    assertThatThrownBy(() -> files.mapped(mapping.formatted("customer.id", "sku")))
        .hasMessageContaining("product.sku")
        .hasMessageContaining("Did you mean 'product.sku'?");
    assertThatThrownBy(() -> files.mapped(mapping.formatted("custmer.id", "product.sku")))
        .hasMessageContaining("Did you mean 'customer.id'?");
  }

  @Test
  void aListIsItsTextsAndAnEmptyListIsNothing() throws IOException {
    files.resource("list-columns", "i.jsonl", "i.parquet", "r.parquet");
    for (String form : List.of("jsonl", "parquet")) {
      ImportedDataset imported =
          files.mapped(
              """
              name: t
              interactions: {file: r.parquet, user: user, item: item, rating: rating, time: at}
              items: {file: i.%s, id: id, title: name, fields: {categories: cats}}
              """
                  .formatted(form));
      assertThat(GivenFiles.items(imported))
          .as(form)
          .containsExactly("i1 Dune | categories: Books, Sci-Fi", "i2 Blue");
    }
  }

  @Test
  void listsMapsAndRecordsAreTheSameFromEveryForm() throws IOException {
    given(
        """
        {"id": "i1", "name": "Dune", "tags": ["a", "a", null, "b c"], "facts": {"by": "Herbert", "year": 1965, "none": null}, "genres": [{"id": 28, "name": "Action"}, {"id": 9, "name": "Drama"}], "codes": [28, 12]}
        {"id": "i2", "name": "[1984]", "tags": null, "facts": null, "genres": [], "codes": []}
        """,
        "id, name, to_json(tags) AS tags, to_json(facts) AS facts, to_json(genres) AS genres,"
            + " to_json(codes) AS codes");
    for (String form : FORMS) {
      assertThat(
              items(
                  form,
                  "{tags: tags, facts: facts, by: facts.by, genres: genres.name, whole: genres,"
                      + " codes: codes}"))
          .as(form)
          .containsExactly(
              "i1 Dune | tags: a, b c | facts: by: Herbert, year: 1965 | by: Herbert"
                  + " | genres: Action, Drama | whole: id: 28, name: Action, id: 9, name: Drama"
                  + " | codes: "
                  + (form.equals("csv") ? "[28,12]" : "28, 12"),
              "i2 [1984]");
    }
  }

  @Test
  void aRowOfSeveralItemsCountsWholeOrNotAtAll() throws IOException {
    files
        .file(
            "r.jsonl",
            "{\"u\": \"u\", \"i\": [\"a\", \"\", \"b\"]}\n{\"u\": \"v\", \"i\": [\"c\"]}\n")
        .file("r.csv", "u,i\nu,\"[\"\"a\"\", null]\"\nv,c\n")
        .parquet("r.parquet", "SELECT 'u' AS u, ['a', NULL] AS i UNION ALL SELECT 'v', ['c']")
        .file("two.csv", "u,i,j\nu,a,\nv,c,c\n");
    String rules = "rules: {most-broken: 1}\n";
    for (String table :
        List.of(
            "{file: r.csv, user: u, item: i, lists: true}",
            "{file: r.jsonl, user: u, item: i, lists: true}",
            "{file: r.parquet, user: u, item: i, lists: true}",
            "{file: two.csv, user: u, item: [i, j]}")) {
      ImportedDataset imported = files.mapped("name: t\ninteractions: " + table + "\n" + rules);
      assertThat(imported.load().items().ids().ids()).as(table).containsExactly("c");
      assertThat(imported.manifest().counts().broken()).as(table).isEqualTo(1);
    }
  }

  @Test
  void listsAsPandasWritesThemIntoCsvAreLists() throws IOException {
    files
        .file("r.csv", "u,i\nu,i1\nu,i2\nu,i3\nu,i4\n")
        .file(
            "i.csv",
            "id,name,tags\ni1,[REC],\"['Sci-Fi', \"\"It's\"\"]\"\ni2,[1984],[]\n"
                + "i3,\"[5] Items, one\",{}\ni4,[It's a \"test\"],\"{'by': 'Me', 'n': None}\"\n");
    assertThat(items("csv", "{tags: tags}"))
        .containsExactly(
            "i1 [REC] | tags: Sci-Fi, It's",
            "i2 [1984]",
            "i3 [5] Items, one",
            "i4 [It's a \"test\"] | tags: by: Me");
  }

  @Test
  void aColumnWhoseNameHasADotIsThatColumn() throws IOException {
    files
        .file("r.csv", "u,i\nu,i1\n")
        .file("i.csv", "id,name,facts.by,facts\ni1,Dune,Herbert,\"{'by': 'nobody'}\"\n");
    assertThat(items("csv", "{by: facts.by}")).containsExactly("i1 Dune | by: Herbert");
  }

  @Test
  void aFieldThatNoRowHasIsRefusedFromEveryForm() throws IOException {
    given(
        "{\"id\": \"i1\", \"name\": \"Dune\", \"facts\": {\"maker\": \"Herbert\"}}\n",
        "id, name, to_json(facts) AS facts");
    for (String form : FORMS) {
      assertThatThrownBy(() -> items(form, "{by: facts.make}"))
          .as(form)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("i." + form + " has no column 'facts.make'")
          .hasMessageContaining("facts.maker");
    }
  }

  @Test
  void listsOfItemsAreReadFromEveryForm() throws IOException {
    String rows =
        """
        {"u": "a", "i": ["x", "y 1"]}
        {"u": "b", "i": []}
        {"u": "c", "i": ["x"]}
        """;
    files.file("r.jsonl", rows);
    parquetAndCsv("r", "u, to_json(i) AS i");
    for (String form : FORMS) {
      String yaml = "name: t\ninteractions: {file: r.%s, user: u, item: i, lists: %s}\n";
      assertThat(GivenFiles.rows(files.mapped(yaml.formatted(form, true))))
          .as(form)
          .containsExactly("a x NaN + 1", "a y 1 NaN + 2", "c x NaN + 3");
      assertThatThrownBy(() -> files.mapped(yaml.formatted(form, false)))
          .as(form)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("expected one value ('lists: true' reads several)");
    }
  }

  @Test
  void aListAsAnIdIsToldByItsRow() throws IOException {
    files.file("r.jsonl", "{\"u\": [\"a\"], \"i\": \"x\"}\n");
    assertThatThrownBy(
            () -> files.mapped("name: t\ninteractions: {file: r.jsonl, user: u, item: i}\n"))
        .hasMessageContaining("line 1: the user id is '[\"a\"]', expected one value");
  }

  @Test
  void whatParquetTypesHoldIsReadAsMeant() throws IOException {
    files
        .parquet(
            "r.parquet", "SELECT 10.0::DOUBLE AS u, 'x' AS i UNION ALL SELECT 'nan'::DOUBLE, 'y'")
        .parquet(
            "i.parquet",
            "SELECT 'x' AS id, encode('Café') AS name, 1995.0::DOUBLE AS year,"
                + " 2.50::DECIMAL(5,2) AS price, 0.1::FLOAT AS share, 'NaN'::DOUBLE AS none,"
                + " MAP {'a': [1, 2]} AS facts");
    assertThat(
            GivenFiles.rows(
                files.mapped(
                    "name: t\ninteractions: {file: r.parquet, user: u, item: i}\n"
                        + "rules: {most-broken: 1}\n")))
        .as("a float that is no number is a missing id")
        .containsExactly("10 x NaN + 1");
    assertThat(
            items("parquet", "{year: year, price: price, share: share, none: none, facts: facts}"))
        .containsExactly("x Café | year: 1995 | price: 2.50 | share: 0.1 | facts: a: 1, 2");
  }

  private void given(String items, String cells) throws IOException {
    files.file("i.jsonl", items);
    StringBuilder rows = new StringBuilder("u,i\n");
    items
        .lines()
        .forEach(
            line -> rows.append("u,").append(line.replaceAll(".*\"id\": \"(i\\d)\".*", "$1\n")));
    files.file("r.csv", rows.toString());
    parquetAndCsv("i", cells);
  }

  /** The same rows as Parquet, and as CSV with JSON in its cells. */
  private void parquetAndCsv(String name, String cells) {
    String json = Duck.literal(files.directory().resolve(name + ".jsonl"));
    files.parquet(name + ".parquet", "SELECT * FROM read_json(" + json + ")");
    try (Duck duck = Duck.inMemory(temporary)) {
      duck.run(
          ("COPY (SELECT " + cells + " FROM read_json(" + json + ")) TO ")
              + Duck.literal(files.directory().resolve(name + ".csv")));
    }
  }

  private List<String> items(String form, String fields) throws IOException {
    String rows =
        java.nio.file.Files.exists(files.directory().resolve("r.csv")) ? "csv" : "parquet";
    return GivenFiles.items(
        files.mapped(
            """
            name: t
            interactions: {file: r.%s, user: u, item: i}
            items: {file: i.%s, id: id, title: name, fields: %s}
            rules: {most-broken: 1}
            """
                .formatted(rows, form, fields)));
  }
}
