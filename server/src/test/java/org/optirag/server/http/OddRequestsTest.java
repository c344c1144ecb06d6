package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that a client library does not send. None of them is a fault of ours. */
@Timeout(120)
class OddRequestsTest {
  private final TestService service = TestService.open();

  @AfterEach
  void close() {
    service.close();
  }

  private int status(String head, byte[] body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      try {
        socket.getOutputStream().write(body);
      } catch (SocketException e) {
        // refused by its head; the answer is there already
      }
      String start = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(start).as(head).startsWith("HTTP/1.1 ");
      return Integer.parseInt(start.substring(9));
    }
  }

  private static String head(String line, String... headers) {
    return line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", headers) + "\r\n";
  }

  private int post(String path, byte[] body, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Type: application/json\r\n");
    all.add("Content-Length: " + body.length + "\r\n");
    return status(head("POST " + path, all.toArray(new String[0])), body);
  }

  @Test
  void linesAndHeadersAreTheClientsFault() throws Exception {
    String long9000 = "x".repeat(9_000);
    for (String head :
        List.of(
            head("GET /v1/items?prefix=%"),
            head("GET /v1/items?prefix=%zz"),
            head("GET /v1/items?prefix=%ff%fe"),
            head("GET /v1/items?prefix=%00"),
            head("GET /v1/items?prefix=%ED%A0%80"),
            head("GET /v1/items?prefix=" + "a".repeat(5_000)),
            head("GET /v1/users?prefix=" + "&prefix=b".repeat(500)),
            head("GET /v1/users?" + "=&".repeat(2_000)),
            head("GET /v1/items/%"),
            head("GET /v1/items/%zz"),
            head("GET /v1/items/%c3%28"),
            head("GET /v1/items/%ff"),
            head("GET /v1/users/%00"),
            head("GET /v1/items/" + "%41".repeat(1_000)),
            head("GET /v1/items/../../etc/passwd"),
            head("GET /v1/items/%2e%2e%2f%2e%2e"),
            head("GET //v1//items"),
            head("GET /v1/items/;x=1"),
            head("GET /%2e%2e"),
            head("GET /" + long9000),
            head("GET /v1/model", "X: " + long9000 + "\r\n"),
            head("GET /v1/model", "X: 1\r\n".repeat(900)),
            head("GET /v1/model", "Host: evil.example\r\n"),
            head("GET /v1/model", "traceparent: 00-zz-zz-zz\r\n", "baggage: =,=;=\r\n"),
            head("GET /v1/model", "X-Request-Id: \u00ff\u0001\r\n"),
            head("GET /v1/model", "Accept-Encoding: " + "gzip;q=".repeat(500) + "\r\n"),
            head("GET /v1/model", "Range: bytes=9-1\r\n", "If-Match: *\r\n"),
            head("GET /v1/model", "Authorization: Bearer " + "a".repeat(4_000) + "\r\n"),
            head("GET /v1/model", "Transfer-Encoding: gzip\r\n"),
            head("GET /openapi.json", "If-Modified-Since: never\r\n"),
            head("TRACE /v1/model"),
            head("CONNECT localhost:80"),
            head("OPTIONS *"),
            head("PATCH /v1/rank"),
            head("BREW /v1/rank"),
            head("get /v1/model"),
            "GET /v1/model HTTP/9.9\r\nHost: localhost\r\n\r\n",
            "GET /v1/model HTTP/1.1\r\n\r\n",
            "GET /v1/model HTTP/1.1\r\nHost: [::1\r\n\r\n",
            "\u0016\u0003\u0001\u0002\r\n\r\n")) {
      assertThat(status(head, new byte[0]))
          .as(head.substring(0, Math.min(100, head.length())))
          .isIn(200, 304, 400, 403, 404, 405, 408, 412, 414, 416, 422, 426, 431, 501, 505);
    }
    assertThat(service.get("/health/ready").status()).isEqualTo(200);
  }

  @Test
  void bodiesAreTheClientsFault() throws IOException {
    String rank = "{\"user\":\"u\",\"candidates\":[\"1\"],\"deadline_ms\":%s}";
    String event =
        "{\"type\":\"interaction\",\"id\":\"e\",\"user\":\"u\",\"item\":\"i\",\"rating\":%s,\"time\":%s}";
    List<String> ranks = new ArrayList<>();
    List<String> events = new ArrayList<>();
    for (String number :
        List.of(
            "NaN",
            "Infinity",
            "-0",
            "1e999",
            "-1e-999",
            "1E400",
            "9".repeat(39),
            "0x10",
            "01",
            "9223372036854775808",
            "1.5",
            "\"5\"",
            "[[]]",
            "{}",
            "true",
            "1e2147483648",
            "0." + "0".repeat(30) + "1",
            "9".repeat(5_000))) {
      ranks.add(rank.formatted(number));
      events.add(event.formatted(number, "5"));
      events.add(event.formatted("1", number));
    }
    ranks.add("[".repeat(20_000));
    ranks.add("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
    ranks.add("{\"user\":\"a\",\"user\":\"b\",\"candidates\":[\"1\"]}");
    ranks.add("{\"user\":\"\\ud800\",\"candidates\":[\"\\udfff\"]}");
    ranks.add("{\"user\":\"u\",\"candidates\":[{\"id\":\"x\",\"title\":\"t\",\"title\":\"t\"}]}");
    ranks.add("{\"user\":\"u\",\"candidates\":" + "[\"1\",".repeat(10) + "\"1\"" + "]".repeat(11));
    ranks.add("{\"" + "k".repeat(50_000) + "\":1}");
    ranks.add("\uFEFF{}");
    ranks.add("");
    ranks.add("null");
    ranks.add("{\"user\":\"u\",\"candidates\":[null]}");
    ranks.add("{\"user\":\"u\",\"candidates\":[\"1\"],\"policy\":\"fixed:1e400\"}");
    ranks.add("{\"user\":\"u\",\"candidates\":[\"1\"],\"policy\":\"ratio-trend:NaN\"}");
    for (String body : ranks) {
      for (String path : List.of("/v1/rank", "/v2/rerank")) {
        assertRefusedOrDone(path, body);
      }
    }
    for (String body : events) {
      assertRefusedOrDone("/v1/feedback", body);
    }
    assertThat(service.events()).as("no number that is none is kept").hasSizeLessThan(2);
  }

  private void assertRefusedOrDone(String path, String body) throws IOException {
    assertThat(post(path, body.getBytes(StandardCharsets.UTF_8)))
        .as(path + " " + body.substring(0, Math.min(100, body.length())))
        .isIn(200, 400, 413, 422, 504);
  }

  @Test
  void whatInflatesWithoutEndIsNotInflated() throws IOException {
    ByteArrayOutputStream small = new ByteArrayOutputStream();
    try (GZIPOutputStream bomb = new GZIPOutputStream(small)) {
      for (int i = 0; i < 200; i++) {
        bomb.write(new byte[100_000]);
      }
    }
    assertThat(post("/v1/rank", small.toByteArray(), "Content-Encoding: gzip\r\n")).isEqualTo(413);
    assertThat(post("/v1/rank", new byte[] {31, -117}, "Content-Encoding: gzip\r\n"))
        .isEqualTo(400);
  }
}
