package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that clients made small before they sent them. */
@Timeout(60)
class GzipBodiesTest {
  private static final String RANK = "{\"user\":\"42\",\"candidates\":[\"50\",\"a\"]}";

  private final TestService service = TestService.open();

  @AfterEach
  void close() {
    service.close();
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private TestService.Reply send(String path, String type, String coding, byte[] body)
      throws Exception {
    return service.send(
        service
            .request(path)
            .header("Content-Type", type)
            .header("Content-Encoding", coding)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private TestService.Reply rank(String coding, byte[] body) throws Exception {
    return send("/v1/rank", "application/json", coding, body);
  }

  @Test
  void areReadAsIfTheyCamePlain() throws Exception {
    byte[] plain = RANK.getBytes(StandardCharsets.UTF_8);
    for (String coding : new String[] {"gzip", "GZIP", "x-gzip"}) {
      TestService.Reply reply = rank(coding, gzip(plain));
      assertThat(reply.status()).as(coding).isEqualTo(200);
      assertThat(reply.json().get("results"))
          .isEqualTo(service.post("/v1/rank", RANK).json().get("results"));
    }
    assertThat(rank("identity", plain).status()).isEqualTo(200);
    String lines =
        """
        {"type":"user","id":"a","user":"u"}
        {"type":"user","id":"b","user":"v"}
        """;
    TestService.Reply events =
        send(
            "/v1/feedback",
            "application/x-ndjson",
            "gzip",
            gzip(lines.getBytes(StandardCharsets.UTF_8)));
    assertThat(events.json().get("applied").asInt()).isEqualTo(2);
  }

  @Test
  void thatGrowBeyondTheLimitAreRefused() throws Exception {
    byte[] atTheLimit = new byte[TestService.LIMITS.bodyBytes()];
    Arrays.fill(atTheLimit, (byte) ' ');
    byte[] json = RANK.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(json, 0, atTheLimit, 0, json.length);
    assertThat(rank("gzip", gzip(atTheLimit)).status()).isEqualTo(200);
    assertThat(rank("gzip", gzip(Arrays.copyOf(atTheLimit, atTheLimit.length + 1))).status())
        .isEqualTo(413);
    byte[] bomb = gzip(new byte[50_000_000]);
    assertThat(bomb).hasSizeLessThan(TestService.LIMITS.bodyBytes());
    TestService.Reply reply = rank("gzip", bomb);
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.json().get("detail").asString()).contains("at most 100000 bytes");
    byte[] twice = gzip(bomb);
    assertThat(rank("gzip", twice).status())
        .as("inflated once, and then it is no JSON")
        .isEqualTo(400);
    byte[] members = new byte[bomb.length];
    byte[] empty = gzip(new byte[0]);
    for (int at = 0; at + empty.length <= members.length; at += empty.length) {
      System.arraycopy(empty, 0, members, at, empty.length);
    }
    assertThat(rank("gzip", members).status()).as("thousands that are empty").isEqualTo(400);
  }

  @Test
  void thatAreNoGzipAreRefused() throws Exception {
    byte[] good = gzip(RANK.getBytes(StandardCharsets.UTF_8));
    byte[] spoiled = good.clone();
    spoiled[good.length - 6] ^= 1; // of the checksum
    for (byte[] body :
        new byte[][] {
          RANK.getBytes(StandardCharsets.UTF_8), {}, Arrays.copyOf(good, good.length / 2), spoiled
        }) {
      TestService.Reply reply = rank("gzip", body);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.json().get("detail").asString()).contains("not in gzip");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "zstd", "gzip, gzip", "compress", "aws-chunked"})
  void inOtherCodingsAreRefusedWithThoseThatThereAre(String coding) throws Exception {
    TestService.Reply reply = rank(coding, RANK.getBytes(StandardCharsets.UTF_8));
    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.json().get("detail").asString()).contains(coding).contains("gzip");
    assertThat(reply.header("Accept-Encoding")).contains("gzip");
  }
}
