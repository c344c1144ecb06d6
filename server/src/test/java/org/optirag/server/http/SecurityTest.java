package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.workspace.UserException;

@Timeout(90)
class SecurityTest {
  private static final String RANK_TOKEN = "rank-0123456789abcdef";
  private static final String ADMIN_TOKEN = "admin-0123456789abcdef";

  @TempDir Path directory;

  private Path tokens() throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(ADMIN_TOKEN.getBytes(StandardCharsets.UTF_8)));
    return Files.writeString(
        directory.resolve("tokens.yaml"),
        """
        tokens:
          - name: shop
            token: %s
            scopes: [rank]
          - name: operator
            sha256: %s
            scopes: [admin]
        """
            .formatted(RANK_TOKEN, hash));
  }

  private static int status(TestService service, String method, String path, String token)
      throws Exception {
    HttpRequest.Builder request = service.request(path).header("Content-Type", "application/json");
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    String body = method.equals("GET") ? "" : "{}";
    return service.send(request.method(method, HttpRequest.BodyPublishers.ofString(body))).status();
  }

  @Test
  void aTokenMayDoWhatItsScopesSayAndNothingElse() throws Exception {
    try (TestService service =
        new TestService(
            (name, from) -> new FakeBundle(name),
            AccessTokens.read(tokens()),
            TestService.LIMITS)) {
      for (Route route : service.server().routes()) {
        String path = route.path().replace("{id}", "42").replace("{name}", "first");
        String method = route.method().toString();
        int none = status(service, method, path, "");
        int wrong = status(service, method, path, RANK_TOKEN + "x");
        int rank = status(service, method, path, RANK_TOKEN);
        int admin = status(service, method, path, ADMIN_TOKEN);
        if (route.scope() == Scope.NONE) {
          assertThat(List.of(none, wrong)).as(path).containsOnly(200);
        } else {
          assertThat(List.of(none, wrong)).as(path).containsOnly(401);
          assertThat(rank).as(path).matches(code -> (code == 403) == (route.scope() != Scope.RANK));
          assertThat(admin).as(path).isNotIn(401, 403);
        }
      }
      assertThat(service.log()).noneMatch(line -> line.contains(RANK_TOKEN));
      assertThat(service.log()).anyMatch(line -> line.contains("\"client\":\"shop\""));
    }
  }

  @Test
  void tokensThatCannotBeUsedAreNamed() throws Exception {
    assertComplains("tokens: []", "has no tokens");
    assertComplains(
        "tokens: [{name: a, token: short, scopes: [rank]}]", "token a is shorter than 16");
    assertComplains(
        "tokens: [{name: a, token: 0123456789abcdef, scopes: [root]}]", "no scope \"root\"");
    assertComplains("tokens: [{name: a, scopes: [rank]}]", "not one of token and sha256");
    assertComplains("tokens: [{name: a, sha256: abc, scopes: [rank]}]", "sha256");
    assertComplains("tokens: [{name: a, pass: x}]", "pass");
    assertThatThrownBy(() -> AccessTokens.parse("OPTIRAG_SERVE_TOKENS", "0123456789abcdef"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no scope");
    assertThat(
            AccessTokens.parse("V", "rank+feedback:0123456789abcdef,admin:fedcba9876543210")
                .client("Bearer 0123456789abcdef", "1.2.3.4")
                .orElseThrow()
                .may(Scope.FEEDBACK))
        .isTrue();
  }

  private void assertComplains(String text, String complaint) throws IOException {
    Path file = Files.writeString(directory.resolve("bad.yaml"), text);
    assertThatThrownBy(() -> AccessTokens.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void whoAsksTooOftenIsTold() {
    long[] now = {0};
    RateLimiter limiter = new RateLimiter(10, () -> now[0]);
    for (int i = 0; i < 20; i++) {
      limiter.take("a");
    }
    assertThatThrownBy(() -> limiter.take("a"))
        .isInstanceOfSatisfying(
            ProblemException.class, problem -> assertThat(problem.status()).isEqualTo(429));
    limiter.take("b");
    now[0] = Duration.ofMillis(100).toNanos();
    limiter.take("a");
    assertThatThrownBy(() -> limiter.take("a")).isInstanceOf(ProblemException.class);
    now[0] = -Duration.ofDays(1).toNanos();
    assertThatThrownBy(() -> limiter.take("a"))
        .as("a clock that steps back gives nothing away")
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void aBodyThatTricklesIsNotWaitedFor() throws Exception {
    try (TestService service = TestService.open();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket
          .getOutputStream()
          .write(
              ("POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      + "Content-Length: 5000\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (true) {
                socket.getOutputStream().write(' ');
                socket.getOutputStream().flush();
                Thread.sleep(200);
              }
            } catch (IOException | InterruptedException e) {
              // the server has had enough
            }
          });
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 408");
      assertThat(service.get("/health/live").status()).as("others are served").isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /v1/ra", "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-A: "})
  void headersThatTrickleAreNotWaitedFor(String begin) throws Exception {
    Limits limits = TestService.LIMITS;
    Limits impatient =
        new Limits(
            limits.bodyBytes(),
            limits.candidates(),
            limits.titleCharacters(),
            limits.fieldCharacters(),
            limits.tokens(),
            limits.events(),
            Duration.ofMillis(300),
            limits.deadline(),
            limits.requestsPerSecond(),
            limits.connections());
    try (TestService service =
            new TestService((name, from) -> new FakeBundle(name), AccessTokens.OPEN, impatient);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      // A first request that is whole: the second one's time is counted from its own first byte.
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
      socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
      int[] sent = {0};
      assertThatThrownBy(
              () -> {
                while (true) { // until it is closed
                  Thread.sleep(20);
                  socket.getOutputStream().write('a');
                  socket.getOutputStream().flush();
                  sent[0]++;
                }
              })
          .isInstanceOf(IOException.class);
      assertThat(sent[0]).as("closed for its slowness, not for its size").isLessThan(4096);
      assertThat(service.get("/health/live").status()).as("others are served").isEqualTo(200);
    }
  }

  @Test
  void idleConnectionsCostNobodyElseAThing() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try (TestService service = TestService.open()) {
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
        socket.getOutputStream().write("POST /v1/rank HT".getBytes(StandardCharsets.US_ASCII));
        idle.add(socket);
      }
      assertThat(service.post("/v1/rank", "{\"user\":\"u\",\"candidates\":[\"1\"]}").status())
          .isEqualTo(200);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  @Test
  void silentConnectionsMakeRoomForWhoAsks() throws Exception {
    Limits few = withConnections(20);
    CountDownLatch gate = new CountDownLatch(1);
    List<Socket> silent = new ArrayList<>();
    try (TestService service =
        new TestService(
            (name, from) -> new FakeBundle(name).stopped(gate), AccessTokens.OPEN, few)) {
      try (Socket asking = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
        String body = "{\"user\":\"u\",\"candidates\":[\"1\"]}";
        asking
            .getOutputStream()
            .write(
                ("POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body)
                    .getBytes(StandardCharsets.US_ASCII));
        service.first().awaitBegun();
        for (int i = 0; i < 100; i++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
          if (i % 2 == 0) {
            socket.getOutputStream().write("GET /he".getBytes(StandardCharsets.US_ASCII));
          }
          silent.add(socket);
        }
        for (int i = 0; i < 3; i++) {
          try (HttpClient another = HttpClient.newHttpClient()) {
            assertThat(
                    another
                        .send(
                            service.request("/health/live").GET().build(),
                            HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
          }
        }
        gate.countDown();
        assertThat(new String(asking.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
            .as("who had asked is answered")
            .isEqualTo("HTTP/1.1 200");
      }
    } finally {
      gate.countDown();
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static Limits withConnections(int most) {
    Limits limits = TestService.LIMITS;
    return new Limits(
        limits.bodyBytes(),
        limits.candidates(),
        limits.titleCharacters(),
        limits.fieldCharacters(),
        limits.tokens(),
        limits.events(),
        limits.headers(),
        limits.deadline(),
        limits.requestsPerSecond(),
        most);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.0.0.2", "127.255.0.9", "::1", "0:0:0:0:0:0:0:1", "localhost"})
  void onEveryLoopbackAddressOnlyItsOwnNamesAreAnswered(String address) {
    OurNames names = OurNames.at(address);
    for (String own :
        List.of(
            "localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.2:80", "[::1]", "[::1]:8080")) {
      assertThat(names.includes(own)).as(own).isTrue();
    }
    assertThat(names.includes(null)).as("HTTP/1.0 has none").isTrue();
    for (String foreign :
        List.of(
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "127.0.0.1evil",
            "[::1].evil.example",
            "::1",
            "")) {
      assertThat(names.includes(foreign)).as(foreign).isFalse();
    }
  }

  @Test
  void beyondLoopbackNamesAreNotKnown() {
    assertThat(OurNames.at("0.0.0.0").includes("shop.example")).isTrue();
  }

  @Test
  void policiesThatRequestsBringBecomeNoLabels() throws Exception {
    try (TestService service = TestService.open()) {
      for (int n = 1; n <= 30; n++) {
        String policy = "max-probability:0.9" + n;
        assertThat(
                service
                    .post(
                        "/v1/rank",
                        "{\"user\":\"u\",\"candidates\":[\"1\"],\"policy\":\"%s\"}"
                            .formatted(policy))
                    .status())
            .isEqualTo(200);
      }
      service.post("/v1/rank", "{\"user\":\"u\",\"candidates\":[\"1\"]}");
      String metrics = new String(service.get("/metrics").whole().body(), StandardCharsets.UTF_8);
      assertThat(metrics.lines().filter(line -> line.startsWith("optirag_answers_total")))
          .as("one for what the load chose, one for what requests brought")
          .hasSize(2)
          .anyMatch(line -> line.contains("policy=\"max-probability\""));
    }
  }

  @Test
  void tlsIsSpokenWithAStoreAndWithPem() throws Exception {
    Path store = directory.resolve("server.p12");
    run(
        "keytool",
        "-genkeypair",
        "-alias",
        "server",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=ip:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        "changeit");
    assertSpeaksTls(new TlsFiles(store, null, "changeit"), store);
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    Path certificate = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
    Path key = pem("PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded());
    assertSpeaksTls(new TlsFiles(certificate, key, ""), store);
    assertThatThrownBy(() -> new TlsFiles(certificate, certificate, "").load())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no key in PKCS#8");
    assertThatThrownBy(() -> new TlsFiles(store, null, "wrong").load())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot read certificate and key");
  }

  private Path pem(String kind, byte[] content) throws IOException {
    return Files.writeString(
        directory.resolve(kind + ".pem"),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind));
  }

  private static void assertSpeaksTls(TlsFiles files, Path trusted) throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(KeyStore.getInstance(trusted.toFile(), "changeit".toCharArray()));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (TestService service =
            new TestService(
                (name, from) -> new FakeBundle(name),
                AccessTokens.OPEN,
                TestService.LIMITS,
                files);
        SSLSocket socket =
            (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", service.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200").contains("Strict-Transport-Security");
    }
  }

  private static void run(String tool, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(List.of(arguments));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
