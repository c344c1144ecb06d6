package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server on this machine that does whatever a bad network or server may do. */
class DownloadTest {
  private static final String CONTENT = "0123456789".repeat(1000);
  private static final Download.Patience SHORT =
      new Download.Patience(3, Duration.ofMillis(1), Duration.ofMillis(500));

  @TempDir Path directory;
  private ScriptedServer server;
  private Path target;

  @BeforeEach
  void open() throws IOException {
    server = new ScriptedServer();
    target = directory.resolve("model/file.bin");
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aBrokenConnectionIsResumedWhereItBroke() throws Exception {
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT.substring(0, 4000));
    server.answer(
        "206 Partial Content",
        "Content-Length: 6000\r\nContent-Range: bytes 4000-9999/10000\r\n",
        CONTENT.substring(4000));
    download(sha256(CONTENT));
    assertThat(target).hasContent(CONTENT);
    assertThat(server.requests().get(0)).doesNotContain("range:");
    assertThat(server.requests().get(1)).contains("range: bytes=4000-");
    assertThat(left()).containsExactly("file.bin");
  }

  @Test
  void aServerThatIgnoresTheRangeIsReadFromTheStart() throws Exception {
    part(CONTENT.substring(0, 4000));
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    download(sha256(CONTENT));
    assertThat(server.requests().get(0)).contains("range: bytes=4000-");
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void anotherRangeThanAskedForIsNeverGluedOn() throws Exception {
    part(CONTENT.substring(0, 4000));
    server.answer(
        "206 Partial Content",
        "Content-Length: 7000\r\nContent-Range: bytes 3000-9999/10000\r\n",
        CONTENT.substring(3000));
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    download(sha256(CONTENT));
    assertThat(server.requests().get(1)).doesNotContain("range:");
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void aPartLongerThanTheFileIsBegunAnew() throws Exception {
    part(CONTENT + "more");
    server.answer("416 Range Not Satisfiable", "Content-Range: bytes */10000\r\n", "");
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    download(sha256(CONTENT));
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void whatNoChecksumVouchesForIsNotResumedFromAnEarlierRun() throws Exception {
    part("the beginning of an older version");
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    download(null);
    assertThat(server.requests().get(0)).doesNotContain("range:");
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void moreBytesThanPromisedAreNotTaken() throws Exception {
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT + "surplus");
    download(null);
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void aRangeWithMoreBytesThanItsHeadSaysIsRefused() throws Exception {
    part(CONTENT.substring(0, 4000));
    server.answer(
        "206 Partial Content",
        "Content-Range: bytes 4000-9999/10000\r\n",
        CONTENT.substring(4000) + "surplus");
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    download(sha256(CONTENT));
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void aWrongChecksumLeavesNothing() throws Exception {
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    assertThatThrownBy(() -> download(sha256("another content")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("file.bin has the sha256 " + sha256(CONTENT) + ", expected ")
        .hasMessageContaining("run again; nothing was kept")
        .satisfies(DownloadTest::isOneLineEach);
    assertThat(left()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410})
  void aRefusalIsToldAtOnceAndLeavesNothing(int status) throws Exception {
    server.answer(status + " No", "Content-Length: 2\r\n", "no");
    assertThatThrownBy(() -> download(sha256(CONTENT)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("file.bin answers " + status)
        .satisfies(DownloadTest::isOneLineEach);
    assertThat(server.requests()).hasSize(1);
    assertThat(left()).isEmpty();
  }

  @Test
  void aServerInTroubleIsAskedAgain() throws Exception {
    server.answer("503 Busy", "Content-Length: 0\r\n", "");
    server.answer("429 Slowly", "Content-Length: 0\r\n", "");
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    download(null);
    assertThat(target).hasContent(CONTENT);
  }

  @Test
  void whenItNeverGetsThroughTheWayOutIsNamedAndThePartWaits() throws Exception {
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT.substring(0, 1000));
    assertThatThrownBy(() -> download(sha256(CONTENT)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot download " + server.address())
        .hasMessageContaining("run again: the download goes on where it stopped")
        .satisfies(DownloadTest::isOneLineEach);
    assertThat(server.requests()).hasSize(3);
    assertThat(left()).containsExactly("file.bin.part");
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() throws Exception {
    server.answer(out -> {
      out.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n0123"
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      Thread.sleep(60_000);
    });
    assertThatThrownBy(() ->
            new Download(server.address(), null, Map.of())
                .to(
                    target,
                    Progress.silent(),
                    new Download.Patience(1, Duration.ZERO, Duration.ofMillis(300))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nothing came for 0 seconds");
  }

  @Test
  void nobodyListeningIsAUserError() throws Exception {
    URI nowhere = server.address();
    server.close();
    assertThatThrownBy(
            () -> new Download(nowhere, null, Map.of()).to(target, Progress.silent(), SHORT))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot download " + nowhere)
        .hasMessageNotContaining("null")
        .satisfies(DownloadTest::isOneLineEach);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080/x", "ftp://example.org/x", "/only/a/path"})
  void whatIsNoWebAddressIsAUserError(String address) {
    assertThatThrownBy(() -> new Download(address, null).to(target, Progress.silent(), SHORT))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("https://");
  }

  @Test
  void aTokenIsNotSentOnToTheHostOfARedirect() throws Exception {
    try (ScriptedServer other = new ScriptedServer()) {
      server.answer("302 Found", "Content-Length: 0\r\nLocation: " + other.address() + "\r\n", "");
      other.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
      new Download(server.address(), null, Map.of("Authorization", "Bearer secret"))
          .to(target, Progress.silent(), SHORT);
      assertThat(target).hasContent(CONTENT);
      assertThat(server.requests().get(0)).contains("authorization: bearer secret");
      assertThat(other.requests().get(0)).doesNotContain("secret");
    }
  }

  @Test
  void endlessRedirectsAreGivenUp() {
    server.answer("302 Found", "Content-Length: 0\r\nLocation: /file.bin\r\n", "");
    assertThatThrownBy(() -> download(null))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("redirects more than 5 times");
  }

  @Test
  void aFullDiskIsToldAtOnce() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "this system has no /dev/full");
    Files.createDirectories(target.getParent());
    Files.createSymbolicLink(target.resolveSibling("file.bin.part"), full);
    server.answer("200 OK", "Content-Length: 10000\r\n", CONTENT);
    assertThatThrownBy(() -> download(sha256(CONTENT)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot write " + target)
        .hasMessageContaining("Free some space")
        .satisfies(DownloadTest::isOneLineEach);
    assertThat(server.requests()).as("no second attempt mends a full disk").hasSize(1);
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNotBlamedOnTheNetwork() throws Exception {
    Files.writeString(directory.resolve("model"), "a file in the directory's place");
    assertThatThrownBy(() -> download(null))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot write " + target)
        .hasMessageContaining("choose a directory you can write");
    assertThat(server.requests()).isEmpty();
  }

  private void download(@Nullable String sha256) {
    new Download(server.address(), sha256, Map.of()).to(target, Progress.silent(), SHORT);
  }

  private void part(String content) throws IOException {
    Files.createDirectories(target.getParent());
    Files.writeString(target.resolveSibling("file.bin.part"), content);
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(target.getParent())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static void isOneLineEach(Throwable e) {
    UserException user = (UserException) e;
    assertThat(user.problem()).isNotBlank().doesNotContain("\n");
    assertThat(user.wayOut()).isNotBlank().doesNotContain("\n");
  }

  private static String sha256(String content) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256")
                .digest(content.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
