package org.optirag.benchmarks;

import java.nio.file.Path;
import java.util.List;
import org.optirag.cli.Main;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** The program as a process of its own, with the shipped bundle and its data. */
public final class Optirag {
  /** What is served. */
  public static final Path BUNDLE = Path.of("..", "bundles", "movielens-100k");

  private Optirag() {}

  /** The command; the data are imported before, so that no start waits for them. */
  public static List<String> launcher() {
    var unused =
        new DatasetStore(CacheDirectory.standard()).require("movielens-100k", Progress.silent());
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }
}
