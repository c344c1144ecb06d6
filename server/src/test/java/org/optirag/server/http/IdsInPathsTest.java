package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What a body may name, a path finds; and a path finds nothing else. */
@Timeout(60)
class IdsInPathsTest {
  private final TestService service = TestService.open();

  @AfterEach
  void close() {
    service.close();
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shop/42",
        "/",
        "a//b",
        "100%",
        "%2F",
        "50%25",
        "a\\b",
        "a b",
        " ",
        "Käse-寿司-🎬",
        "..",
        ".",
        "../../etc/passwd",
        "..\\..",
        "what?",
        "a#b",
        "a+b",
        "a;b=c",
        "..;",
        ";",
        "a&b=c",
        "{id}",
        "\"quoted\" <x>",
        "a:b@c",
      })
  void whatABodyNamesAPathFinds(String id) throws Exception {
    ObjectNode event = Json.mapper().createObjectNode();
    event.put("type", "interaction").put("id", "e").put("user", id).put("item", id);
    event.put("liked", true).put("time", 1_700_000_000L);
    assertThat(service.post("/v1/feedback", event.toString()).status()).isEqualTo(200);
    for (String kind : List.of("items", "users")) {
      TestService.Reply reply = service.get("/v1/" + kind + "/" + encoded(id));
      assertThat(reply.status()).as(kind).isEqualTo(200);
      assertThat(reply.json().get("id").asString()).as(kind).isEqualTo(id);
      assertThat(service.send(service.request("/v1/" + kind + "/" + encoded(id)).HEAD()).status())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/items/..%2F..%2Fapp.js",
        "/v1/items/%2E%2E%2F%2E%2E%2Fmetrics",
        "/..%2Fapp.js",
        "/%2E%2E%2Forg%2Foptirag%2Fserver%2Fopenapi.json",
        "/%2E%2E/app.js",
        "/page/../app.js",
        "/page%2Findex.html",
        "/app.js%2F",
        "/app.js%2F..%2Fapp.css",
        "/app.js;x",
        "/app.js%3Bx",
        "/app.js%00",
        "/%2Fapp.js",
        "//app.js",
        "/.%2Fapp.js",
        "/WEB-INF/web.xml",
        "/%57EB-INF%2Fweb.xml",
        "/..%5Capp.js",
        "/..%5C..%5Cetc%5Cpasswd",
        "/META-INF%2FMANIFEST.MF",
        "/health%2Flive",
        "/health/live/%2E%2E/%2E%2E/metrics",
      })
  void noPathLeadsOutOfItsRoute(String path) throws IOException {
    String answer = raw("GET " + path);
    assertThat(answer).as(path).matches("(?s)HTTP/1.1 (400|404) .*");
    assertThat(answer).contains("application/problem+json");
  }

  @Test
  void pathsThatAreNoTextAreRefusedWithTheWayOut() throws IOException {
    for (String path :
        List.of("/v1/items/%zz", "/v1/items/%FF%FE", "/v1/items/%C3", "/v1/items/%")) {
      assertThat(raw("GET " + path))
          .as(path)
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json")
          .contains("percent-encoded");
    }
  }

  @Test
  void onlyWithItsScopeIsAnItemFoundHoweverItIsWritten() throws Exception {
    try (TestService guarded =
        new TestService(
            (name, from) -> new FakeBundle(name),
            AccessTokens.parse("OPTIRAG_SERVE_TOKENS", "feedback:0123456789abcdef0123"),
            TestService.LIMITS)) {
      for (String path : List.of("/v1/items/50", "/v1/items/%35%30", "/v1/items/x%2F..%2F50")) {
        assertThat(guarded.get(path).status()).as(path).isEqualTo(401);
      }
    }
  }

  private String raw(String line) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket
          .getOutputStream()
          .write(
              (line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
