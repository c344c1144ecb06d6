package org.optirag.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.optirag.workspace.UserException;

/**
 * Holds a directory for one store among all processes; the system lets go of it with the process.
 */
record DirectoryLock(FileChannel channel) implements AutoCloseable {
  private static final String FILE = "events.lock";

  /**
   * Takes the lock, or says who has it.
   *
   * @param directory made if it is missing
   * @throws UserException if another store is open in it, or it cannot be written
   */
  static DirectoryLock take(Path directory) {
    FileChannel channel;
    try {
      Files.createDirectories(directory);
      channel =
          FileChannel.open(
              directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw cannotWrite(directory, e);
    }
    DirectoryLock lock = new DirectoryLock(channel);
    try {
      FileLock held = channel.tryLock();
      if (held != null) {
        return lock;
      }
    } catch (OverlappingFileLockException e) {
      // this very process has it open
    } catch (IOException e) {
      lock.close();
      throw cannotWrite(directory, e);
    }
    lock.close();
    throw new UserException(
        "The store " + directory + " is in use by another service.",
        "Stop that one, name another directory, or let both use PostgreSQL.");
  }

  static UserException cannotWrite(Path path, IOException e) {
    return new UserException(
        "Cannot write " + path + ": " + e.getMessage() + ".",
        "Free some space, or choose a directory you can write.",
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("a lock cannot be released", e);
    }
  }
}
