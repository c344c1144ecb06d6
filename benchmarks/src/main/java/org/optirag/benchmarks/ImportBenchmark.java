package org.optirag.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.DirectoryTree;
import org.optirag.workspace.Progress;

/**
 * Seconds to import a synthetic data set in MovieLens-1M's form, and the most memory the process
 * held. A million rows have the shape of MovieLens-1M: 6,040 users and 3,706 films; more rows have
 * proportionally more users and the root of that more films.
 */
public final class ImportBenchmark {
  private ImportBenchmark() {}

  /** Prints both; arguments: rows, times, and a directory that takes the files, removed again. */
  public static void main(String[] arguments) throws IOException {
    int rows = Integer.parseInt(arguments[0]);
    int times = Integer.parseInt(arguments[1]);
    Path directory =
        Files.createTempDirectory(
            Path.of(arguments.length > 2 ? arguments[2] : System.getProperty("java.io.tmpdir")),
            "optirag-import-");
    try {
      Path source = Files.createDirectory(directory.resolve("source"));
      write(source, rows);
      DatasetStore store = new DatasetStore(new CacheDirectory(directory.resolve("cache")));
      for (int time = 0; time < times; time++) {
        long start = System.nanoTime();
        ImportedDataset imported = store.importDirectory(source, Progress.silent());
        System.out.printf(
            "%d rows read, %d kept, in %.1f s; peak memory of the process %s%n",
            imported.manifest().counts().rows(),
            imported.manifest().counts().interactions(),
            (System.nanoTime() - start) / 1e9,
            peak());
      }
    } finally {
      DirectoryTree.remove(directory);
    }
  }

  private static void write(Path directory, int rows) throws IOException {
    SplittableRandom random = new SplittableRandom(20251124);
    double scale = rows / 1e6;
    int users = Math.max(1, (int) (6_040 * scale));
    int items = Math.max(1, (int) (3_706 * Math.sqrt(scale)));
    try (BufferedWriter out = writer(directory, "ratings.dat")) {
      for (int row = 0; row < rows; row++) {
        // Popular films are rated more: the square of a uniform number.
        double popularity = random.nextDouble();
        int user = 1 + (int) ((long) row * users / rows);
        int item = 1 + (int) (popularity * popularity * items);
        int stars = 1 + random.nextInt(5);
        long time = 956_703_932L + random.nextInt(90_000_000);
        out.write(user + "::" + item + "::" + stars + "::" + time + "\n");
      }
    }
    try (BufferedWriter out = writer(directory, "movies.dat")) {
      for (int item = 1; item <= items; item++) {
        out.write(item + "::Film No. " + item + " (1995)::Comedy|Drama\n");
      }
    }
    try (BufferedWriter out = writer(directory, "users.dat")) {
      for (int user = 1; user <= users; user++) {
        out.write(user + "::F::25::4::12345\n");
      }
    }
  }

  private static BufferedWriter writer(Path directory, String name) throws IOException {
    return Files.newBufferedWriter(directory.resolve(name), StandardCharsets.ISO_8859_1);
  }

  /** The process's largest resident size, where the system tells it. */
  private static String peak() throws IOException {
    Path status = Path.of("/proc/self/status");
    List<String> lines = Files.isReadable(status) ? Files.readAllLines(status) : List.of();
    return lines.stream()
        .filter(line -> line.startsWith("VmHWM"))
        .map(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024 + " MB")
        .findFirst()
        .orElse("unknown");
  }
}
