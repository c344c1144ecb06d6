package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.optirag.workspace.DirectoryTree;
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
    try {
      DirectoryTree.remove(directory);
    } catch (IOException e) {
      directory.toFile().deleteOnExit();
    }
  }
}
