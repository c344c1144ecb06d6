package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random tables by random mappings give the same rows from CSV, JSON lines and Parquet. */
class EveryFormAlikeTest {
  private static final int ROUNDS = 12;

  @TempDir Path temporary;

  @Test
  void theSameRowsComeFromEveryForm() throws IOException {
    for (long seed = 0; seed < ROUNDS; seed++) {
      GivenFiles files = new GivenFiles(Files.createDirectory(temporary.resolve("seed" + seed)));
      RandomTables tables = RandomTables.write(seed, true, files.directory());
      List<String> expected = null;
      for (String form : RandomTables.FORMS) {
        ImportedDataset imported = files.mapped(tables.mapping(form));
        List<String> found = new ArrayList<>(GivenFiles.rows(imported));
        found.addAll(GivenFiles.items(imported));
        found.add(imported.manifest().counts().toString());
        found.addAll(
            imported.manifest().notes().stream().map(note -> note.replace(form, "")).toList());
        expected = expected == null ? found : expected;
        assertThat(found)
            .as("seed %d, %s of\n%s", seed, form, tables.mapping(form))
            .isEqualTo(expected)
            .hasSizeGreaterThan(20);
      }
    }
  }
}
