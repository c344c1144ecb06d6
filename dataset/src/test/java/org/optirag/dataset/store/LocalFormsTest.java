package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

/** Tables as programs write them where a comma parts decimals and clocks are not UTC. */
class LocalFormsTest {
  private static final String MAPPING =
      """
      name: t
      interactions:
        {file: r.csv, delimiter: ";", user: u, item: i, rating: r, time: t,
         time-format: "dd.MM.yyyy HH:mm"%s}
      rules: {most-broken: 1}
      """;

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  private List<String> rows(String more) throws IOException {
    return GivenFiles.rows(files.mapped(MAPPING.formatted(more)));
  }

  private List<String> notes(String more) throws IOException {
    return files.mapped(MAPPING.formatted(more)).manifest().notes();
  }

  private static long seconds(String moment) {
    return Instant.parse(moment).getEpochSecond();
  }

  @Test
  void aDecimalCommaIsReadWhereTheMappingSaysSo() throws IOException {
    files.file(
        "r.csv",
        "u;i;r;t\na;x;4,5;01.06.2025 10:00\na;y;3;01.06.2025 10:01\na;z;,5;01.06.2025 10:02\n");
    assertThat(rows(", decimal: \",\""))
        .containsExactly(
            "a x 4.5 + " + seconds("2025-06-01T10:00:00Z"),
            "a y 3.0 - " + seconds("2025-06-01T10:01:00Z"),
            "a z 0.5 - " + seconds("2025-06-01T10:02:00Z"));
    assertThat(rows("")).as("else it is no number").hasSize(1);
  }

  @Test
  void withADecimalCommaAPointIsNone() throws IOException {
    files.file(
        "r.csv",
        "u;i;r;t\na;x;4.5;01.06.2025 10:00\na;y;1.234,5;01.06.2025 10:00\n"
            + "a;w;4,5,1;01.06.2025 10:00\na;z;4;01.06.2025 10:00\n");
    Check check = files.checked(files.source(MAPPING.formatted(", decimal: \",\"")));
    assertThat(rows(", decimal: \",\"")).hasSize(1);
    assertThat(check.reasons().keySet().toString())
        .contains("expected a number with a decimal comma, as the mapping says");
  }

  @Test
  void timesAreOfTheZoneThatTheMappingNames() throws IOException {
    files.file("r.csv", "u;i;r;t\na;x;4;01.06.2025 00:30\na;y;4;01.12.2025 00:30\n");
    assertThat(rows(", time-zone: Europe/Berlin"))
        .containsExactly(
            "a x 4.0 + " + seconds("2025-05-31T22:30:00Z"),
            "a y 4.0 + " + seconds("2025-11-30T23:30:00Z"));
    assertThat(rows(", time-zone: \"+02:00\""))
        .containsExactly(
            "a x 4.0 + " + seconds("2025-05-31T22:30:00Z"),
            "a y 4.0 + " + seconds("2025-11-30T22:30:00Z"));
    assertThat(rows(""))
        .containsExactly(
            "a x 4.0 + " + seconds("2025-06-01T00:30:00Z"),
            "a y 4.0 + " + seconds("2025-12-01T00:30:00Z"));
  }

  @Test
  void isoTimesAreOfThatZoneToo() throws IOException {
    files.file(
        "r.csv",
        "u;i;r;t\na;w;4;2025-06-01 00:30:00\na;x;4;2025-06-01T00:30:00Z\na;y;4;2025-06-01\n");
    String mapping =
        MAPPING
            .formatted(", time-zone: Europe/Berlin")
            .replace("time-format: \"dd.MM.yyyy HH:mm\", ", "");
    assertThat(GivenFiles.rows(files.mapped(mapping)))
        .containsExactly(
            "a y 4.0 + " + seconds("2025-05-31T22:00:00Z"),
            "a w 4.0 + " + seconds("2025-05-31T22:30:00Z"),
            "a x 4.0 + " + seconds("2025-06-01T00:30:00Z"));
  }

  @Test
  void whatTheChangeOfClocksMakesNoneOrTwoIsLeftOutAndSaid() throws IOException {
    files.file(
        "r.csv",
        "u;i;r;t\na;x;4;30.03.2025 02:30\na;y;4;26.10.2025 02:30\na;z;4;26.10.2025 03:30\n");
    String zone = ", time-zone: Europe/Berlin";
    assertThat(rows(zone)).containsExactly("a z 4.0 + " + seconds("2025-10-26T02:30:00Z"));
    assertThat(files.checked(files.source(MAPPING.formatted(zone))).reasons().keySet().toString())
        .contains("the clock skips it in Europe/Berlin")
        .contains("the clock shows it twice in Europe/Berlin");
  }

  @Test
  void aMomentOfParquetIsOfNoOtherZone() throws IOException, SQLException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT 'a' u, 'x' i, 4 r, to_timestamp(1748738400) t, DATE '2025-06-01' d, "
              + "TIMESTAMP '2025-06-01 02:40:00' w) TO '%s' (FORMAT parquet)"
                  .formatted(files.directory().resolve("r.parquet")));
    }
    String mapping =
        "name: t\ninteractions: {file: r.parquet, user: u, item: i, rating: r, time: %s%s}\n";
    String zone = ", time-zone: Europe/Berlin";
    for (String said : List.of("", zone)) {
      ImportedDataset imported = files.mapped(mapping.formatted("t", said));
      assertThat(GivenFiles.rows(imported)).containsExactly("a x 4.0 + 1748738400");
      assertThat(imported.manifest().notes()).noneMatch(note -> note.contains("zone"));
    }
    assertThat(GivenFiles.rows(files.mapped(mapping.formatted("w", zone))))
        .containsExactly("a x 4.0 + " + seconds("2025-06-01T00:40:00Z"));
    assertThat(GivenFiles.rows(files.mapped(mapping.formatted("d", zone))))
        .containsExactly("a x 4.0 + " + seconds("2025-05-31T22:00:00Z"));
  }

  @Test
  void thatUtcWasTakenIsSaidOnceWhereItMatters() throws IOException {
    files.file("r.csv", "u;i;r;t\na;x;4;01.06.2025 10:00\na;y;4;01.06.2025 10:01\n");
    assertThat(notes(""))
        .filteredOn(note -> note.contains("name no zone"))
        .singleElement()
        .asString()
        .contains("r.csv")
        .contains("'01.06.2025 10:00'")
        .contains("are read as UTC")
        .contains("time-zone: Europe/Berlin");
    for (String zone : List.of("UTC", "Europe/Berlin")) {
      assertThat(notes(", time-zone: " + zone)).noneMatch(note -> note.contains("zone"));
    }
    files.file("r.csv", "u;i;r;t\na;x;4;2025-06-01\na;y;4;2025-06-02T10:00+02:00\n");
    String plain =
        MAPPING
            .formatted("")
            .replace(", time: t,\n   time-format: \"dd.MM.yyyy HH:mm\"", ", time: t");
    assertThat(files.mapped(plain).manifest().notes()).noneMatch(note -> note.contains("zone"));
  }

  @Test
  void everyTimeWithoutAZoneCounts() throws IOException {
    StringBuilder rows = new StringBuilder("u;i;r;t\n");
    for (int i = 0; i < 300; i++) {
      rows.append("a;i%d;4;2025-06-01T10:00:00%s\n".formatted(i, i == 250 ? "" : "+02:00"));
    }
    files.file("r.csv", rows.toString());
    String iso = MAPPING.formatted("").replace("time-format: \"dd.MM.yyyy HH:mm\"", "lists: false");
    assertThat(files.mapped(iso).manifest().notes())
        .filteredOn(note -> note.contains("name no zone"))
        .singleElement()
        .asString()
        .startsWith(
            "1 of 300 times of r.csv name no zone, the first in line 252 as '2025-06-01T10");
  }

  @Test
  void aDayThatIsNoneIsNotMoved() throws IOException {
    files.file(
        "r.csv",
        "u;i;r;t\na;v;4;31.11.2025 10:00\na;w;4;31.02.2025 10:00\na;x;4;29.02.2025 10:00\n"
            + "a;y;4;29.02.2024 10:00\na;z;4;30.11.2025 10:00\n");
    assertThat(rows(""))
        .containsExactly(
            "a y 4.0 + " + seconds("2024-02-29T10:00:00Z"),
            "a z 4.0 + " + seconds("2025-11-30T10:00:00Z"));
    assertThat(files.checked(files.source(MAPPING.formatted(""))).reasons().keySet().toString())
        .contains("which is no moment");
  }

  @Test
  void aZoneOrADecimalThatIsNoneIsNamedByItsLine() throws IOException {
    files.file("r.csv", "u;i;r;t\n");
    assertThatThrownBy(() -> files.source(MAPPING.formatted(", time-zone: Berlin")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("time-zone is 'Berlin'")
        .hasMessageContaining("Europe/Berlin");
    assertThatThrownBy(() -> files.source(MAPPING.formatted(", decimal: comma")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("decimal is 'comma'")
        .hasMessageContaining("','");
  }
}
