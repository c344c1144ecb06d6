package org.optirag.spark.prepare;

import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.store.RandomTables;

/** Random tables by random mappings give the same rows on a cluster as on one machine. */
final class RandomTablesTest {
  @TempDir private Path directory;

  /** A seed more is another mapping; by turns each has another form. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void theSameRowsComeFromSparkAndAnImport(long seed) throws IOException {
    // A line end within quotes is refused there.
    RandomTables tables = RandomTables.write(seed, false, directory);
    String form = RandomTables.FORMS.get((int) (seed % RandomTables.FORMS.size()));
    try {
      BothWays.assertSame(directory, tables.mapping(form));
    } catch (AssertionError e) {
      Assertions.fail("seed %d, form %s of%n%s".formatted(seed, form, tables.mapping(form)), e);
    }
  }
}
