package org.optirag.workspace;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads a file over HTTP: into {@code NAME.part}, resumed from where it broke off, verified,
 * then moved into place. The final name never holds half a file.
 *
 * @param source where from
 * @param sha256 what the file must have, in hexadecimal, or null where nobody states it
 * @param headers sent with the request, for instance a token; never logged
 */
public record Download(URI source, @Nullable String sha256, Map<String, String> headers) {
  private static final Logger LOG = LoggerFactory.getLogger(Download.class);
  private static final int ATTEMPTS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

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
    if (Files.exists(target)) {
      return target;
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      fetchWithRetries(part, progress);
      verify(part);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (LocalDiskException e) {
      throw notWritten(target, e);
    } catch (IOException e) {
      throw new UserException(
          "Cannot download " + source + ": " + reason(e) + ".",
          "Check the network or proxy and run again: the download goes on where it stopped.",
          e);
    }
  }

  private static UserException notWritten(Path target, IOException e) {
    return new UserException(
        "Cannot write " + target + ": " + reason(e) + ".",
        "Free some space, or choose a directory you can write.",
        e);
  }

  private void fetchWithRetries(Path part, Progress progress) throws IOException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        fetch(part, progress);
        return;
      } catch (LocalDiskException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
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

  private void fetch(Path part, Progress progress) throws IOException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(source).timeout(Duration.ofMinutes(2)).GET();
    headers.forEach(request::header);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build()) {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        switch (response.statusCode()) {
          case 200 -> save(body, part, 0, length(response), progress);
          case 206 -> save(body, part, have, have + length(response), progress);
          case 416 -> Files.delete(part); // The part is no prefix of this file: begin anew.
          case 401, 403, 404, 410 ->
              throw new UserException(
                  source + " answers " + response.statusCode() + ".",
                  "Check the name; what is not public needs a token.");
          default -> throw new IOException("the server answers " + response.statusCode());
        }
      }
      if (response.statusCode() == 416) {
        throw new IOException("the part was no prefix of the file");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static long length(HttpResponse<?> response) {
    return response.headers().firstValueAsLong("Content-Length").orElse(-1);
  }

  private void save(InputStream body, Path part, long from, long total, Progress progress)
      throws IOException {
    long done = from;
    try (FileChannel out = open(part, from);
        Progress.Task task = progress.begin("download " + name(), total, "B")) {
      task.advance(from);
      byte[] buffer = new byte[1 << 16];
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        write(out, ByteBuffer.wrap(buffer, 0, n));
        done += n;
        task.advance(n);
      }
      out.force(true);
    }
    if (total >= 0 && done < total) {
      throw new IOException("the connection broke after " + done + " of " + total + " bytes");
    }
  }

  private String name() {
    String path = String.valueOf(source.getPath());
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static FileChannel open(Path part, long from) throws LocalDiskException {
    try {
      FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.truncate(from).position(from);
      return channel;
    } catch (IOException e) {
      throw new LocalDiskException(e);
    }
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws LocalDiskException {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new LocalDiskException(e);
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

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** A failure of our own disk, which no second request mends. */
  private static final class LocalDiskException extends IOException {
    private static final long serialVersionUID = 1L;

    LocalDiskException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
