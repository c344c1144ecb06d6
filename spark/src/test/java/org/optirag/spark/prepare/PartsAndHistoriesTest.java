package org.optirag.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.dataset.SplitRule;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.spark.LocalSpark;
import org.optirag.spark.table.TableFormat;
import org.optirag.spark.table.TableSource;

final class PartsAndHistoriesTest {
  private static final long SEED = 5;

  @TempDir private Path directory;

  @Test
  void partsByTimeAndHistoriesAreThoseOfTheSingleMachine() throws IOException {
    Output output = prepared("time: at");
    Dataset data = ImportedDataset.open(Path.of(output.directory())).load();
    assertParts(PartedTable.standard(output), data.split());
    assertParts(PartedTable.of(output, "last-out"), data.split(new SplitRule.LeaveLastOut()));
    Interactions all = data.interactions();
    Behaviours behaviours = new Behaviours(all, data.users().size(), data.items().size());
    List<Row> found = Histories.of(output.read("interactions"), 3).collectAsList();
    assertThat(found).hasSize(all.size());
    for (Row row : found) {
      List<Integer> expected =
          Arrays.stream(behaviours.ofUser(row.getInt(0), row.getLong(2), 3))
              .mapToObj(all::item)
              .toList();
      assertThat(row.<Row>getList(4).stream().map(each -> each.getInt(0)).toList())
          .as("seed %d, %s", SEED, row)
          .isEqualTo(expected);
    }
  }

  @Test
  void theRowsOfARequestAreHeldOutTogether() throws IOException {
    Output output = prepared("time: at, request: page");
    Dataset data = ImportedDataset.open(Path.of(output.directory())).load();
    assertThat(data.interactions().hasRequests()).isTrue();
    assertParts(PartedTable.standard(output), data.split());
    assertParts(PartedTable.of(output, "last-out"), data.split(new SplitRule.LeaveLastOut()));
  }

  @Test
  void whatHasNoTimesIsPartedByTheLastRowsOfEachUser() throws IOException {
    Output output = prepared("lists: false");
    assertParts(
        PartedTable.standard(output),
        ImportedDataset.open(Path.of(output.directory())).load().split());
  }

  private static void assertParts(PartedTable parts, Split split) {
    assertThat(rows(parts.train())).isEqualTo(rows(split.train())).isNotEmpty();
    assertThat(rows(parts.validation())).isEqualTo(rows(split.validation())).isNotEmpty();
    assertThat(rows(parts.test())).isEqualTo(rows(split.test())).isNotEmpty();
  }

  private Output prepared(String columns) throws IOException {
    Random random = new Random(SEED);
    List<String> lines = new ArrayList<>(List.of("user,item,at,page"));
    Random pages = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      lines.add(
          random.nextInt(20)
              + ("," + random.nextInt(40))
              + ("," + (1000 + random.nextInt(60)))
              + (pages.nextInt(4) == 0 ? "," : ",p" + pages.nextInt(6)));
    }
    Files.write(directory.resolve("clicks.csv"), lines);
    Path yaml = directory.resolve("clicks.yaml");
    Files.writeString(
        yaml,
        "name: clicks\ninteractions: {file: clicks.csv, user: user, item: item, "
            + columns
            + "}\n");
    Output output =
        new Output(LocalSpark.session(), directory.resolve("out").toString(), TableFormat.PARQUET);
    Preparation.run(LocalSpark.session(), TableSource.read(yaml, directory.toString()), output);
    return output;
  }

  private static List<String> rows(org.apache.spark.sql.Dataset<Row> table) {
    return table.selectExpr("user", "item", "time").collectAsList().stream()
        .map(row -> row.getInt(0) + " " + row.getInt(1) + " " + row.getLong(2))
        .sorted()
        .toList();
  }

  private static List<String> rows(Interactions interactions) {
    List<String> rows = new ArrayList<>();
    for (int row = 0; row < interactions.size(); row++) {
      rows.add(
          interactions.user(row) + " " + interactions.item(row) + " " + interactions.time(row));
    }
    rows.sort(null);
    return rows;
  }
}
