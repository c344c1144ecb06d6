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
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.optirag.workspace.Download.LocalDiskException;

/** One attempt to fetch a file, or the rest of it. */
final class HttpFetch {
  private static final int MOST_REDIRECTS = 5;
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/.*");

  private final URI source;
  private final Map<String, String> headers;
  private final Duration silence;

  /**
   * @param headers sent to the source's own host alone
   * @param silence without a byte after which the connection counts as broken
   */
  HttpFetch(URI source, Map<String, String> headers, Duration silence) {
    this.source = source;
    this.headers = headers;
    this.silence = silence;
  }

  /**
   * Fetches what {@code part} lacks.
   *
   * @throws LocalDiskException if it cannot be written
   * @throws IOException if the connection breaks, or the server has trouble: worth another attempt
   * @throws UserException if the server refuses
   */
  void into(Path part, Progress progress) throws IOException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .build()) {
      try {
        HttpResponse<InputStream> response = send(client, have);
        try (InputStream body = response.body()) {
          take(response, body, part, have, progress);
        }
      } finally {
        client.shutdownNow(); // a server that falls silent must not keep us in close()
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Follows redirects itself: the token is for the host that it was given for. */
  private HttpResponse<InputStream> send(HttpClient client, long have)
      throws IOException, InterruptedException {
    URI at = source;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<InputStream> response =
          client.send(request(at, have), HttpResponse.BodyHandlers.ofInputStream());
      int status = response.statusCode();
      String location = response.headers().firstValue("Location").orElse("");
      if (status < 301 || status > 308 || status == 304 || location.isEmpty()) {
        return response;
      }
      response.body().close();
      URI next = resolve(at, location);
      if ("https".equals(at.getScheme()) && !"https".equals(next.getScheme())) {
        throw new IOException("the server sends us from https to " + next);
      }
      at = next;
    }
    throw new IOException("the server redirects more than " + MOST_REDIRECTS + " times");
  }

  private static URI resolve(URI at, String location) throws IOException {
    try {
      return at.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException("the server redirects to " + location, e);
    }
  }

  private HttpRequest request(URI at, long have) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(at).timeout(silence.multipliedBy(2)).GET();
      if (String.valueOf(at.getAuthority()).equals(source.getAuthority())
          && String.valueOf(at.getScheme()).equals(source.getScheme())) {
        headers.forEach(request::header);
      }
      if (have > 0) {
        request.header("Range", "bytes=" + have + "-");
      }
      return request.build();
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "Cannot download " + at + ": " + e.getMessage() + ".",
          "Give an address that begins with https:// or http://.",
          e);
    }
  }

  private void take(
      HttpResponse<InputStream> response, InputStream body, Path part, long have, Progress progress)
      throws IOException {
    long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    switch (response.statusCode()) {
      case 200 -> save(body, part, 0, length, progress);
      case 206 -> {
        Matcher range =
            RANGE.matcher(response.headers().firstValue("Content-Range").orElse("").strip());
        if (!range.matches() || Long.parseLong(range.group(1)) != have) {
          delete(part);
          throw new IOException("the server sent another range than asked for");
        }
        save(body, part, have, Long.parseLong(range.group(2)) + 1, progress);
      }
      case 416 -> {
        delete(part); // It is no prefix of this file: begin anew.
        throw new IOException("the part was no prefix of the file");
      }
      case 401, 403, 404, 410 ->
          throw new UserException(
              source + " answers " + response.statusCode() + ".",
              "Check the name; what is not public needs a token.");
      default -> throw new IOException("the server answers " + response.statusCode());
    }
  }

  /**
   * @param total the whole file's bytes, or -1 where the server does not say
   */
  private void save(InputStream body, Path part, long from, long total, Progress progress)
      throws IOException {
    long done = from;
    try (FileChannel out = open(part, from);
        Progress.Task task = progress.begin("download " + name(), total, "B");
        SilenceGuard guard = new SilenceGuard(body, silence)) {
      task.advance(from);
      byte[] buffer = new byte[1 << 16];
      for (int n = guard.read(buffer); n >= 0; n = guard.read(buffer)) {
        write(out, ByteBuffer.wrap(buffer, 0, n));
        done += n;
        task.advance(n);
      }
      out.force(true);
    }
    if (total >= 0 && done != total) {
      throw new IOException(
          String.format(Locale.ROOT, "the connection broke after %d of %d bytes", done, total));
    }
  }

  private String name() {
    String path = String.valueOf(source.getPath());
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static void delete(Path part) throws LocalDiskException {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw new LocalDiskException(e);
    }
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
}
