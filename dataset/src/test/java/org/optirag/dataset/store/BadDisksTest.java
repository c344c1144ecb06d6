package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** Imports onto disks that cannot take them, and of files that are no data. */
class BadDisksTest {
  @TempDir Path temporary;

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path data = data(100);
    for (Path cache :
        new Path[] {
          Files.writeString(temporary.resolve("file"), "in the directory's place"),
          Path.of("/proc/optirag")
        }) {
      assertThatThrownBy(() -> importInto(cache, data))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(cache.toString())
          .hasMessageContaining("you can write");
    }
  }

  @Test
  void aDiskThatFillsUpIsToldAndLeavesNothing() throws Exception {
    Path disk = Files.createDirectory(temporary.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()),
        "no small disk can be mounted here (that takes root on Linux)");
    try {
      Path data = data(300_000);
      assertThatThrownBy(() -> importInto(disk, data))
          .isInstanceOfSatisfying(
              UserException.class,
              e -> {
                assertThat(e.problem()).doesNotContain("\n");
                assertThat(e.problem() + e.wayOut()).containsIgnoringCase("space");
              });
      try (Stream<Path> left = Files.walk(disk)) {
        assertThat(left.filter(Files::isRegularFile).map(path -> path.getFileName().toString()))
            .as("nothing but the lock's file, which is empty")
            .allMatch(".lock"::equals);
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path data = Files.createDirectory(temporary.resolve("data"));
    byte[] noise = new byte[1 << 20];
    new Random(3).nextBytes(noise);
    Files.write(data.resolve("u.data"), noise);
    assertThatThrownBy(() -> importInto(temporary.resolve("cache"), data))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("rows are broken")
        .hasMessageContaining("expected 4");
    Files.delete(data.resolve("u.data"));
    for (String name : new String[] {"ratings.csv", "x.inter", "reviews_X_5.json"}) {
      Files.write(data.resolve(name), noise);
      assertThatThrownBy(() -> importInto(temporary.resolve("cache"), data))
          .as(name)
          .isInstanceOf(UserException.class)
          .hasMessageContaining(name);
      Files.delete(data.resolve(name));
    }
  }

  @Test
  void aRepeatedItemIsListedAndTheFirstCounts() throws IOException {
    Path data = data(10);
    Files.writeString(
        data.resolve("u.item"),
        "1|First (1995)|01-Jan-1995||u"
            + "|0".repeat(19)
            + "\n"
            + "1|Second (1996)|01-Jan-1996||u"
            + "|0".repeat(19)
            + "\n");
    ImportedDataset imported = importInto(temporary.resolve("cache"), data);
    assertThat(imported.load().items().titles())
        .contains("First (1995)")
        .doesNotContain("Second (1996)");
    assertThat(imported.directory().resolve("rejected.tsv"))
        .content()
        .contains("u.item\t2\tmended\tthe id '1' stands in an earlier row");
  }

  private ImportedDataset importInto(Path cache, Path data) {
    return new DatasetStore(new CacheDirectory(cache)).importDirectory(data, Progress.silent());
  }

  private Path data(int rows) throws IOException {
    Path data = Files.createDirectories(temporary.resolve("data"));
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      text.append(row / 10).append('\t').append(1 + row % 10 * 97);
      text.append("\t5\t").append(900_000_000 + random.nextInt(1_000_000)).append('\n');
    }
    Files.writeString(data.resolve("u.data"), text);
    return data;
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
