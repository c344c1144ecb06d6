package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.HandlerType;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HEAD is GET without the body: of every path, and of every reason to refuse it. */
@Timeout(60)
class HeadRequestsTest {
  /** What differs from one answer to the next. */
  private static final Set<String> OF_THE_MOMENT = Set.of("date");

  private static TestService.Reply ask(TestService service, String method, String path)
      throws Exception {
    return service.send(
        service
            .request(path)
            .header("X-Request-Id", "the-same")
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private static Map<String, List<String>> headers(TestService.Reply reply) {
    Map<String, List<String>> headers = new TreeMap<>(reply.whole().headers().map());
    headers
        .keySet()
        .removeIf(name -> OF_THE_MOMENT.contains(name.toLowerCase(java.util.Locale.ROOT)));
    return headers;
  }

  private static void assertSame(TestService service, String path, int status) throws Exception {
    TestService.Reply get = ask(service, "GET", path);
    TestService.Reply head = ask(service, "HEAD", path);
    assertThat(get.status()).as(path).isEqualTo(status);
    assertThat(head.status()).as(path).isEqualTo(status);
    assertThat(head.whole().body()).as(path).isEmpty();
    if (!path.equals("/metrics") && !path.equals("/v1/status")) { // these count the requests
      assertThat(headers(head)).as(path).isEqualTo(headers(get));
    }
  }

  @Test
  void everyRouteThatIsRead() throws Exception {
    try (TestService service = TestService.open()) {
      List<String> paths = new ArrayList<>();
      for (Route route : service.server().routes()) {
        if (route.method() == HandlerType.GET) {
          String known = route.path().contains("items") ? "50" : "42";
          paths.add(route.path().replace("{id}", known));
        }
      }
      assertThat(paths).hasSizeGreaterThan(10);
      for (String path : paths) {
        assertSame(service, path, 200);
      }
    }
  }

  @Test
  void whatIsNotThereOrIsNotRead() throws Exception {
    try (TestService service = TestService.open()) {
      assertSame(service, "/v1/items/nope", 404);
      assertSame(service, "/v1/users/nope", 404);
      assertSame(service, "/nothing", 404);
      assertSame(service, "/v1/rank", 405);
      assertSame(service, "/v1/items/" + "x".repeat(201), 422);
    }
  }

  @Test
  void whatTheBrowserHasAlready() throws Exception {
    try (TestService service = TestService.open()) {
      String tag = service.get("/app.css").header("ETag");
      HttpRequest.Builder request = service.request("/app.css").header("If-None-Match", tag).HEAD();
      assertThat(service.send(request).status()).isEqualTo(304);
    }
  }

  @Test
  void withoutATokenAndTooOften() throws Exception {
    Limits few = TestService.LIMITS;
    Limits one =
        new Limits(
            few.bodyBytes(),
            few.candidates(),
            few.titleCharacters(),
            few.fieldCharacters(),
            few.tokens(),
            few.events(),
            few.headers(),
            few.deadline(),
            1,
            few.connections());
    AccessTokens tokens = AccessTokens.parse("OPTIRAG_SERVE_TOKENS", "rank:0123456789abcdef0123");
    try (TestService service = new TestService((name, from) -> new FakeBundle(name), tokens, one)) {
      assertSame(service, "/v1/model", 401);
      List<Integer> statuses = new ArrayList<>();
      for (int n = 0; n < 5; n++) {
        statuses.add(
            service
                .send(
                    service
                        .request("/v1/model")
                        .header("Authorization", "Bearer 0123456789abcdef0123")
                        .HEAD())
                .status());
      }
      assertThat(statuses).startsWith(200).contains(429);
    }
  }

  @Test
  void byAnotherHostsName() throws Exception {
    try (TestService service = TestService.open();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket
          .getOutputStream()
          .write(
              ("HEAD /v1/model HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 403").endsWith("\r\n\r\n");
    }
  }

  @Test
  void whileItDrains() throws Exception {
    try (TestService service = TestService.open()) {
      assertSame(service, "/health/ready", 200);
      service.server().drain(Duration.ofSeconds(1));
      assertSame(service, "/health/ready", 503);
      assertSame(service, "/health/live", 200);
    }
  }
}
