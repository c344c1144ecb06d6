package org.optirag.spark.table;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

class TableSourceTest {
  @TempDir Path directory;

  @Test
  void whatOnlyAnImportKeepsIsRefused() throws IOException {
    Path yaml =
        Files.writeString(
            directory.resolve("shop.yaml"),
            """
            name: shop
            interactions: {file: shown.csv, user: u, item: i, click: c, time: t, history: x}
            """);
    assertThatThrownBy(() -> TableSource.read(yaml, "/data"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("field interactions.history")
        .hasMessageContaining("optirag data import");
  }

  @Test
  void requestsWithoutTimesAreRefused() throws IOException {
    Path yaml =
        Files.writeString(
            directory.resolve("shop.yaml"),
            "name: shop\ninteractions: {file: shown.csv, user: u, item: i, request: page}\n");
    assertThatThrownBy(() -> TableSource.read(yaml, "/data"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("interactions.request: rows without a time");
  }
}
