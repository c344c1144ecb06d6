package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.source.TimeForm;
import org.optirag.workspace.UserException;

class TimesTest {
  private static final String MAPPING =
      "name: t\ninteractions: {file: %s, user: u, item: i, time: t%s}\n";

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TIMESTAMPTZ '2025-01-31 12:11:12.5+02'",
        "TIMESTAMP '2025-01-31 10:11:12'",
        "TIMESTAMP_S '2025-01-31 10:11:12'",
        "TIMESTAMP_MS '2025-01-31 10:11:12.25'",
        "TIMESTAMP_NS '2025-01-31 10:11:12.25'",
        "'2025-01-31 10:11:12 UTC'",
        "1738318272::DOUBLE",
        "1738318272.5::DECIMAL(20, 3)",
      })
  void parquetsTypesAreTheirMoments(String time) throws IOException {
    files.parquet("r.parquet", "SELECT 'u' AS u, 'i' AS i, " + time + " AS t");
    assertThat(GivenFiles.rows(files.mapped(MAPPING.formatted("r.parquet", ""))))
        .containsExactly("u i NaN + 1738318272");
  }

  @Test
  void whatIsFinerThanASecondStillOrdersAndDecides() throws IOException {
    files.file(
        "r.csv",
        "u,i,r,t\nu,late,1,1738318272.9\nu,early,1,1738318272.1\n"
            + "u,twice,5,1738318272.5\nu,twice,1,1738318272.4\n");
    assertThat(GivenFiles.rows(files.mapped(MAPPING.formatted("r.csv", ", rating: r"))))
        .containsExactly(
            "u early 1.0 - 1738318272", "u twice 5.0 + 1738318272", "u late 1.0 - 1738318272");
    files.file(
        "r.csv",
        "u,i,p,t\nu,c,q,2025-01-31T10:11:12.9Z\nu,b,q,2025-01-31T10:11:12.8Z\n"
            + "u,a,p,2025-01-31T10:11:12.1Z\n");
    assertThat(GivenFiles.rows(files.mapped(MAPPING.formatted("r.csv", ", request: p"))))
        .as("a request has its first moment")
        .containsExactly("u a NaN + 1738318272", "u c NaN + 1738318272", "u b NaN + 1738318272");
  }

  @Test
  void aDateOfParquetIsItsFirstSecond() throws IOException {
    files.parquet("r.parquet", "SELECT 'u' AS u, 'i' AS i, DATE '2025-01-31' AS t");
    assertThat(GivenFiles.rows(files.mapped(MAPPING.formatted("r.parquet", ""))))
        .containsExactly("u i NaN + 1738281600");
  }

  @Test
  void numbersThatMayBeDatesAreAskedFor() throws IOException {
    files.file("r.csv", "u,i,t\nu,i,20250131\nu,j,20241224\n");
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("r.csv", "")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("r.csv: the times are numbers from 20241224 to 20250131")
        .hasMessageContaining("time-unit: iso");
    assertThat(GivenFiles.rows(files.mapped(MAPPING.formatted("r.csv", ", time-unit: iso"))))
        .containsExactly("u j NaN + 1734998400", "u i NaN + 1738281600");
    assertThat(GivenFiles.rows(files.mapped(MAPPING.formatted("r.csv", ", time-unit: seconds"))))
        .containsExactly("u j NaN + 20241224", "u i NaN + 20250131");
  }

  @Test
  void mixedUnitsOfAColumnAreToldByLine() throws IOException {
    files.file("r.csv", "u,i,t\nu,i,1738318272000\nu,j,1738318272\n");
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("r.csv", ", time-unit: milliseconds")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("line 3: the time 1738318272 is in seconds, expected milliseconds");
  }

  @Test
  void aDateThatCanBeReadTwoWaysIsAskedForAndItsFormatGiven() throws IOException {
    files.file("r.csv", "u,i,t\nu,i,01/02/2025\n");
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("r.csv", "")))
        .hasMessageContaining("line 2: the time is '01/02/2025', of which the month is not known");
    assertThat(
            GivenFiles.rows(files.mapped(MAPPING.formatted("r.csv", ", time-format: dd/MM/yyyy"))))
        .containsExactly("u i NaN + 1738368000");
  }

  @Test
  void contradictionsOfAMappingAreRefused() throws IOException {
    files.file("r.csv", "u,i,t\nu,i,1\n");
    assertThatThrownBy(
            () -> files.mapped(MAPPING.formatted("r.csv", ", time-unit: iso, time-format: dd")))
        .hasMessageContaining("both time-unit and time-format");
    for (String none : List.of("DD.mm.YYYY HH:mm", "dd.mm.yyyy", "HH:mm", "dd.MM.YYYY")) {
      assertThatThrownBy(
              () -> files.mapped(MAPPING.formatted("r.csv", ", time-format: '" + none + "'")))
          .hasMessageContaining("time-format is '" + none + "': it makes no date")
          .hasMessageContaining("m the minute");
    }
    for (String half : List.of("dd.MM.yyyy hh:mm", "yyyy-MM-dd mm")) {
      assertThatThrownBy(
              () -> files.mapped(MAPPING.formatted("r.csv", ", time-format: '" + half + "'")))
          .hasMessageContaining("a date without a time of day")
          .hasMessageContaining("H is the hour of 24");
    }
    for (String one :
        List.of(
            "MM/dd/yyyy hh:mm a",
            "yyyy-DDD",
            "d.M.yy",
            "EEE MMM d HH:mm:ss zzz yyyy",
            "yyyyMMddHHmm")) {
      assertThat(TimeForm.of(one).pattern()).isEqualTo(one);
    }
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("r.csv", ", time-format: 'd{'")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("interactions.time-format is 'd{'");
    assertThatThrownBy(() ->
            files.mapped("name: t\ninteractions: {file: r.csv, user: u, item: i, history: t}\n"))
        .hasMessageContaining("interactions.history: without a time");
  }
}
