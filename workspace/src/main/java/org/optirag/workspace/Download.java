package org.optirag.workspace;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads a file over HTTP: into {@code NAME.part}, resumed from where it broke off, verified,
 * then moved into place. The final name never holds half a file.
 *
 * <p>Only a file whose checksum is known is resumed over several runs: of another nobody could tell
 * whether both halves are of the same file.
 *
 * @param source where from
 * @param sha256 what the file must have, in hexadecimal, or null where nobody states it
 * @param headers sent with the request, for instance a token; never logged, and never sent on to
 *     another host
 */
public record Download(URI source, @Nullable String sha256, Map<String, String> headers) {
  private static final Logger LOG = LoggerFactory.getLogger(Download.class);

  /**
   * How long to bear with a server.
   *
   * @param attempts before giving up
   * @param firstPause after the first failure; doubled after each further one
   * @param silence without a byte after which the connection counts as broken
   */
  record Patience(int attempts, Duration firstPause, Duration silence) {
    static final Patience USUAL = new Patience(5, Duration.ofMillis(500), Duration.ofMinutes(1));
  }

  /** Copies the headers. */
  public Download {
    headers = Map.copyOf(headers);
  }

  /** A download with no headers of its own. */
  public Download(String source, @Nullable String sha256) {
    this(URI.create(source), sha256, Map.of());
  }

  /**
   * Downloads unless {@code target} is there already.
   *
   * @return target
   * @throws UserException if the server cannot be reached or refuses, the content has another
   *     checksum, or the disk is full
   */
  public Path to(Path target, Progress progress) {
    return to(target, progress, Patience.USUAL);
  }

  Path to(Path target, Progress progress, Patience patience) {
    if (Files.exists(target)) {
      return target;
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      if (sha256 == null) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw notWritten(target, e);
    }
    try {
      fetchWithRetries(part, progress, patience);
    } catch (LocalDiskException e) {
      throw notWritten(target, e);
    } catch (IOException e) {
      throw new UserException(
          "Cannot download " + source + ": " + reason(e) + ".",
          "Check the network or proxy and run again: the download goes on where it stopped.",
          e);
    }
    try {
      verify(part);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (IOException e) {
      throw notWritten(target, e);
    }
  }

  private static UserException notWritten(Path target, IOException e) {
    return new UserException(
        "Cannot write " + target + ": " + reason(e) + ".",
        "Free some space, or choose a directory you can write.",
        e);
  }

  private void fetchWithRetries(Path part, Progress progress, Patience patience)
      throws IOException {
    HttpFetch fetch = new HttpFetch(source, headers, patience.silence());
    Duration pause = patience.firstPause();
    for (int attempt = 1; ; attempt++) {
      try {
        fetch.into(part, progress);
        return;
      } catch (LocalDiskException e) {
        throw e;
      } catch (IOException e) {
        if (attempt >= patience.attempts()) {
          throw e;
        }
        LOG.debug("attempt {} for {} failed: {}", attempt, source, e.toString());
        try {
          Thread.sleep(pause);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
        pause = pause.multipliedBy(2);
      }
    }
  }

  private void verify(Path part) throws IOException {
    if (sha256 == null) {
      return;
    }
    String found = Checksums.sha256(part);
    if (!found.equalsIgnoreCase(sha256)) {
      Files.delete(part);
      throw new UserException(
          "%s has the sha256 %s, expected %s.".formatted(source, found, sha256),
          "The download was damaged or the file has changed: run again; nothing was kept.");
    }
  }

  /** What went wrong, in the system's words; many exceptions of the network have none. */
  static String reason(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
        return cause.getMessage();
      }
    }
    return e instanceof java.net.ConnectException
        ? "no connection to the server"
        : e.getClass().getSimpleName();
  }

  /** A failure of our own disk, which no second request mends. */
  static final class LocalDiskException extends IOException {
    private static final long serialVersionUID = 1L;

    LocalDiskException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
