package org.optirag.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** With the bundle that is shipped for MovieLens-100K. */
class ReadingStoreTest {
  private static final Path SHIPPED = Path.of("..", "bundles", "movielens-100k");

  @TempDir private Path directory;
  private final List<String> remarks = new ArrayList<>();
  private final AtomicInteger read = new AtomicInteger();

  private ReadingStore store() {
    return new ReadingStore(
        new Workplace(new CacheDirectory(directory), Progress.silent(), remarks::add));
  }

  private HeadReadings read() {
    read.incrementAndGet();
    return new HeadReadings(
        30,
        List.of(0, 30),
        new double[][] {{0.1, 1 / 3.0}, {-2, Double.MIN_VALUE}},
        new boolean[] {true, false},
        new int[] {4, 4},
        new int[] {0, 0},
        new int[] {70},
        new int[] {9, 11});
  }

  private ReadingStore.Key key(String data, String settings) {
    return new ReadingStore.Key(Bundle.open(SHIPPED), List.of(0, 30), data, settings);
  }

  @Test
  void theSameIsReadOnce() {
    HeadReadings first = store().require(key("data", "3000"), this::read);
    HeadReadings second = store().require(key("data", "3000"), this::read);

    assertThat(read).hasValue(1);
    assertThat(second).usingRecursiveComparison().isEqualTo(first);
    assertThat(remarks).singleElement().asString().contains("readings");
  }

  @Test
  void otherDataOrSettingsAreReadThemselves() {
    store().require(key("data", "3000"), this::read);
    store().require(key("other data", "3000"), this::read);
    store().require(key("data", "2000"), this::read);

    assertThat(read).hasValue(3);
    assertThat(remarks).isEmpty();
  }

  @Test
  void whatIsDamagedIsReadAgainAndSaid() throws IOException {
    store().require(key("data", "3000"), this::read);
    try (Stream<Path> files = Files.list(directory.resolve("readings"))) {
      Path file = files.findFirst().orElseThrow();
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
    }

    store().require(key("data", "3000"), this::read);
    store().require(key("data", "3000"), this::read);

    assertThat(read).hasValue(2);
    assertThat(remarks).hasSize(2);
    assertThat(remarks.getFirst()).contains("damaged");
  }
}
