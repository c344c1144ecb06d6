package org.optirag.evaluation.trees;

import io.github.metarank.lightgbm4j.LGBMBooster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.optirag.workspace.UserException;

/** LightGBM's native library: loaded once, when it is first needed. */
final class LightGbm {
  private static final String TEMPORARY = "java.io.tmpdir";
  private static boolean loaded;

  private LightGbm() {}

  /**
   * Loads it. The binding unpacks it under a fixed name into the directory for temporary files and
   * writes over what is there, which ends other processes that run that file, and takes what
   * another user may have put there. So that directory is one of our own for the moment.
   *
   * @throws UserException if this machine lacks what it needs
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    String shared = System.getProperty(TEMPORARY);
    try {
      Path own = Files.createTempDirectory("optirag-lightgbm");
      System.setProperty(TEMPORARY, own.toString());
      try {
        LGBMBooster.loadNative();
      } finally {
        System.setProperty(TEMPORARY, shared);
        remove(own);
      }
      loaded = true;
    } catch (IOException | LinkageError e) {
      throw new UserException(
          "LightGBM's native library cannot be loaded: " + e.getMessage() + ".",
          "It needs OpenMP: install libgomp1 on Linux, libomp on a Mac ('brew install libomp'), or"
              + " the Visual C++ runtime on Windows; all other baselines work without.",
          e);
    }
  }

  /** Windows keeps the files of a library that runs; they go with the process. */
  private static void remove(Path directory) {
    directory.toFile().deleteOnExit();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!file.toFile().delete()) {
          file.toFile().deleteOnExit();
        }
      }
      directory.toFile().delete();
    } catch (IOException e) {
      // Left to the system, as all temporary files.
    }
  }
}
