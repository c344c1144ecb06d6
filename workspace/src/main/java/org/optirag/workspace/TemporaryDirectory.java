package org.optirag.workspace;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The process's own directory for temporary files. Libraries unpack their native parts there, and
 * cannot take them away when the process is killed; the next process does. A lock on a file in the
 * directory tells whether its owner lives: the system lets go of it however the owner ends.
 */
public final class TemporaryDirectory implements AutoCloseable {
  /** As the launcher names it: nothing else is ever removed. */
  private static final Pattern OWN = Pattern.compile("optirag-tmp-\\d+");

  private static final String LOCK = "lock";

  private final Path directory;
  private final FileChannel channel;

  private TemporaryDirectory(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the directory for this process and removes those that dead ones left beside it.
   *
   * @return nothing where the directory is not one that a launcher made for one process
   */
  public static @Nullable TemporaryDirectory claim(Path directory) {
    Path place = directory.toAbsolutePath().normalize();
    Path parent = place.getParent();
    if (parent == null || !isOwn(place)) {
      return null;
    }
    try {
      FileChannel channel =
          FileChannel.open(
              place.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      if (channel.tryLock() == null) {
        channel.close();
        return null;
      }
      removeLeftOvers(parent, place);
      return new TemporaryDirectory(place, channel);
    } catch (IOException e) {
      return null; // without it the system's own rules for temporary files hold
    }
  }

  /** A directory of the launcher's name, no link to one. */
  private static boolean isOwn(Path place) {
    return OWN.matcher(String.valueOf(place.getFileName())).matches()
        && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
  }

  private static void removeLeftOvers(Path parent, Path own) throws IOException {
    List<Path> others;
    try (Stream<Path> entries = Files.list(parent)) {
      others = entries.filter(entry -> !entry.equals(own) && isOwn(entry)).toList();
    }
    for (Path other : others) {
      try {
        if (Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))) {
          removeIfLeft(other);
        }
      } catch (IOException e) {
        // Another process is removing it, or it is not ours: it does no harm.
      }
    }
  }

  /** One without a lock belongs to a process that has just begun. */
  private static void removeIfLeft(Path other) throws IOException {
    Path lock = other.resolve(LOCK);
    if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock dead = channel.tryLock()) {
      if (dead != null) {
        DirectoryTree.remove(other);
      }
    }
  }

  /** Removes it with all that is in it. */
  @Override
  public void close() {
    try {
      DirectoryTree.remove(directory);
      channel.close();
    } catch (IOException e) {
      // The next process removes what is left.
    }
  }
}
