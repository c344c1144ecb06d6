package org.optirag.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.spark.LocalSpark;
import org.optirag.workspace.UserException;

final class PreparationTest {
  private static final long SEED = 20251125;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rating: stars, time: at} | {liked-from: 3, core: 3, most-broken: 1}",
        "rating: stars, time: at} | {zeros: drop, all-items: true, most-broken: 1}",
        "rating: stars} | {zeros: negative, order: shuffled, core: 2, most-broken: 1}",
        "time: at} | {most-broken: 1}",
      })
  void equalsTheImportOfTheSameTablesRowByRow(String variant) throws IOException {
    int bar = variant.indexOf(" | ");
    String columns = variant.substring(0, bar);
    String rules = variant.substring(bar + 3);
    writeMessyShop(400);
    String mapping =
        """
        name: shop
        noun: thing
        interactions:
          - {file: first.csv, user: who, item: what, %s
          - {file: second.csv, user: who, item: what, %s
        items: {file: items.csv, id: what, title: name, fields: {kind: sort}}
        users: {file: users.tsv, id: who, fields: {age: age}}
        rules: %s
        """
            .formatted(columns, columns, rules);
    assertEqual(mapping);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "time: at} | {most-broken: 1}",
        "rating: stars} | {order: shuffled, core: 2, most-broken: 1}",
      })
  void moreRowsThanOneTaskSortsAreDealtToSeveral(String variant) throws IOException {
    writeMessyShop(100);
    LocalSpark.session().conf().set(TotalOrder.BY_ONE_TASK, 5);
    try {
      assertEqual(
          """
          name: shop
          interactions: {file: first.csv, user: who, item: what, %s
          rules: %s
          """
              .formatted((Object[]) variant.split(" \\| ")));
    } finally {
      LocalSpark.session().conf().unset(TotalOrder.BY_ONE_TASK);
    }
  }

  @Test
  void keepsAPublishedSplit() throws IOException {
    writeMessyShop(60);
    assertEqual(
        """
        name: parted
        interactions:
          - {file: first.csv, user: who, item: what, rating: stars, part: train}
          - {file: second.csv, user: who, item: what, rating: stars, part: test}
        rules: {most-broken: 1}
        """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{most-broken: 1}", "{core: 2, liked-from: 1}", "{zeros: drop, most-broken: 1}"})
  void keepsWhatWasShownTogether(String rules) throws IOException {
    Random random = new Random(SEED);
    for (String file : List.of("shown.csv", "later.csv")) {
      StringBuilder lines = new StringBuilder("who,what,stars,at,page\n");
      for (int i = 0; i < 300; i++) {
        lines.append(
            "%d,%d,%d,%d,%s\n"
                .formatted(
                    random.nextInt(9),
                    random.nextInt(12),
                    random.nextInt(3),
                    1_700_000_000 + random.nextInt(40),
                    random.nextInt(4) == 0 ? "" : "p" + random.nextInt(15)));
      }
      Files.writeString(directory.resolve(file), lines);
    }
    var prepared =
        BothWays.assertSame(
            directory,
            """
            name: pages
            interactions:
              - {file: shown.csv, user: who, item: what, rating: stars, time: at, request: page, part: train}
              - {file: later.csv, user: who, item: what, rating: stars, time: at, request: page, part: test}
            rules: %s
            """
                .formatted(rules));
    assertThat(prepared.manifest().counts().requests()).isGreaterThan(100);
  }

  @Test
  void readsListsOfItems() throws IOException {
    Files.writeString(
        directory.resolve("lists.tsv"),
        "user\tbefore\tlast\n7\t3 1 2\t9\n10\t\t3\n8\t1  2 1\t\nnine\t4\t5\n");
    assertEqual(
        """
        name: lists
        interactions:
          {file: lists.tsv, user: user, item: [before, last], lists: true}
        """);
  }

  @Test
  void aTableWithTooManyBrokenRowsIsRefusedAndToldWhere() throws IOException {
    writeMessyShop(100);
    Path yaml = directory.resolve("shop.yaml");
    Files.writeString(
        yaml,
        """
        name: shop
        interactions: {file: first.csv, user: who, item: what, rating: stars, time: at}
        """);
    assertThatThrownBy(() -> prepared(yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("first.csv are broken, more than the 1.0 % that are let pass")
        .hasMessageContaining("rejected");
    assertThat(directory.resolve("prepared/rejected")).isDirectory();
    assertThat(directory.resolve("prepared/dataset.json")).doesNotExist();
  }

  @Test
  void aMissingColumnOrFormatIsNamed() throws IOException {
    writeMessyShop(10);
    Path yaml = directory.resolve("shop.yaml");
    Files.writeString(
        yaml, "name: shop\ninteractions: {file: first.csv, user: customer, item: what}\n");
    assertThatThrownBy(() -> prepared(yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("first.csv has no column 'customer'; it has [who, what, stars, at]");
    Files.writeString(
        yaml,
        "name: shop\ninteractions: {file: first, format: iceberg, user: customer, item: what}\n");
    assertThatThrownBy(() -> prepared(yaml))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("first as iceberg")
        .hasMessageContaining("--packages");
  }

  private void assertEqual(String mapping) throws IOException {
    assertThat(BothWays.rows(BothWays.assertSame(directory, mapping))).hasSizeGreaterThan(8);
  }

  private ImportedDataset prepared(Path yaml) {
    return BothWays.prepared(directory, yaml);
  }

  /** Ids of both kinds, repeats, equal times, zeros, broken rows, items without texts. */
  private void writeMessyShop(int rows) throws IOException {
    Random random = new Random(SEED);
    for (String file : List.of("first.csv", "second.csv")) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        String user = random.nextInt(5) == 0 ? "u" + random.nextInt(9) : "" + random.nextInt(40);
        String item =
            random.nextInt(5) == 0
                ? "\"Ä,%d\"".formatted(random.nextInt(5))
                : "00" + random.nextInt(30);
        lines.add(
            "%s,%s,%s,%d"
                .formatted(user, item, random.nextInt(11) / 2.0, 1000 + random.nextInt(30)));
      }
      lines.add(",3,4,1000");
      lines.add("5,3,many,1000");
      lines.add("5,3,4,-7");
      lines.add("5,3,4,99999999999999");
      lines.add("5,3,4,1.0e3");
      lines.add("5,3");
      lines.add("5,3,4,1000,6");
      Collections.shuffle(lines, random);
      Files.writeString(
          directory.resolve(file), "who,what,stars,at\n" + String.join("\n", lines) + "\n");
    }
    Files.writeString(
        directory.resolve("items.csv"),
        """
        what,name,sort
        001,"Lock &amp; Key",tool
        002,n/a,tool
        "Ä,1","<div class=x>no</div>",
        001,Second,late
        0999,Nobody bought me,shy
        ,nothing,nothing
        """);
    Files.writeString(directory.resolve("users.tsv"), "who\tage\nu1\t34\n7\t\n12\tnull\n");
  }
}
