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
    for (String field : new String[] {"history", "request"}) {
      Path yaml =
          Files.writeString(
              directory.resolve("shop.yaml"),
              """
              name: shop
              interactions: {file: shown.csv, user: u, item: i, click: c, time: t, %s: x}
              """
                  .formatted(field));
      assertThatThrownBy(() -> TableSource.read(yaml, "/data"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("field interactions." + field)
          .hasMessageContaining("optirag data import");
    }
  }
}
