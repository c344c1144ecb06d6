package org.optirag.dataset.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.optirag.workspace.UserException;

/** A directory beside a target for work in progress, removed with all it holds when closed. */
final class Scratch implements AutoCloseable {
  private final Path directory;
  private final Thread onExit;

  Scratch(Path target) {
    Path parent = target.toAbsolutePath().getParent();
    try {
      Files.createDirectories(parent);
      directory = Files.createTempDirectory(parent, "." + target.getFileName() + ".part");
    } catch (IOException e) {
      throw new UserException(
          "Cannot write in " + parent + ": " + e.getMessage() + ".",
          "Choose a directory you can write.",
          e);
    }
    onExit = new Thread(() -> delete(directory), "remove " + directory); // Ctrl-C
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  Path directory() {
    return directory;
  }

  /** Puts a directory in the place of another, which is removed. */
  static void replace(Path target, Path directory) throws IOException {
    if (Files.exists(target)) {
      Path old = directory.resolveSibling("replaced");
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() {
    delete(directory);
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // the virtual machine is ending, and the hook has nothing left to do
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      directory.toFile().deleteOnExit();
    }
  }
}
