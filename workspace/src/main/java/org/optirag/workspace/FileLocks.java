package org.optirag.workspace;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Work that only one at a time may do in a directory, among all threads and processes. */
public final class FileLocks {
  /** The system's lock holds against other processes alone, so threads lock here first. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private FileLocks() {}

  /**
   * Does the work while holding the directory's lock; whoever comes second waits.
   *
   * @param directory an existing directory; the lock is its file {@code .lock}
   * @throws UserException if the directory cannot be written
   */
  public static <T> T locked(Path directory, Supplier<T> work) {
    Path lockFile = directory.toAbsolutePath().normalize().resolve(".lock");
    ReentrantLock threads = THREADS.computeIfAbsent(lockFile, file -> new ReentrantLock());
    threads.lock();
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      return work.get();
    } catch (IOException e) {
      throw new UserException(
          "Cannot lock " + lockFile + ": " + e.getMessage() + ".",
          "Set OPTIRAG_CACHE to a directory you can write.",
          e);
    } finally {
      threads.unlock();
    }
  }
}
