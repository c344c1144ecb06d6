package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Ten thousand requests that nobody in his right mind would send. */
class MalformedRequestsTest {
  private static final long SEED = 20251125;

  private record Bad(String method, String path, String type, byte[] body) {}

  @Test
  @Timeout(300)
  void noneIsAFaultOfOurs() throws Exception {
    Map<Integer, Integer> statuses = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(SEED);
    List<Bad> operations = operations();
    Schema problem = OpenApiTest.component("Problem");
    try (TestService service = TestService.open();
        HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 10_000; i++) {
        Bad request = request(operations, random);
        HttpResponse<byte[]> response =
            client.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + service.port() + request.path))
                    .header("Content-Type", request.type)
                    .method(request.method, HttpRequest.BodyPublishers.ofByteArray(request.body))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        String answer = new String(response.body(), StandardCharsets.UTF_8);
        String told = new String(request.body, StandardCharsets.ISO_8859_1);
        // Too late is the client's own doing where it gave a few milliseconds.
        if (response.statusCode() != 504 || !told.contains("deadline_ms")) {
          assertThat(response.statusCode())
              .as("seed %d, request %d: %s %s", SEED, i, request.path, told)
              .isBetween(200, 499);
        }
        assertThat(answer).doesNotContain("Exception").doesNotContain("\tat ");
        statuses.merge(response.statusCode(), 1, Integer::sum);
        if (response.statusCode() >= 400 && i % 10 == 0) {
          assertThat(problem.validate(Json.mapper().readTree(answer))).as(answer).isEmpty();
        }
      }
      assertThat(service.get("/health/ready").status()).isEqualTo(200);
      assertThat(service.post("/v1/rank", "{\"user\":\"42\",\"candidates\":[\"50\"]}").status())
          .as("and then it still works")
          .isEqualTo(200);
    }
    assertThat(statuses.keySet()).as("a mix: %s", statuses).contains(200, 400, 422);
  }

  /** Every operation with a body. */
  private static List<Bad> operations() {
    List<Bad> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : OpenApiTest.document().get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        JsonNode content = operation.getValue().at("/requestBody/content");
        if (!content.isMissingNode()) {
          operations.add(
              new Bad(
                  operation.getKey().toUpperCase(Locale.ROOT),
                  path.getKey().replace("{name}", "first").replace("{id}", "42"),
                  "application/json",
                  content
                      .at("/application~1json/schema")
                      .toString()
                      .getBytes(StandardCharsets.UTF_8)));
        }
      }
    }
    return operations;
  }

  private static Bad request(List<Bad> operations, SplittableRandom random) {
    Bad operation = operations.get(random.nextInt(operations.size()));
    double wrong = random.nextInt(3) == 0 ? 0 : 0.15;
    JsonNode value =
        new SchemaGenerator(OpenApiTest.document(), random, wrong)
            .value(Json.mapper().readTree(operation.body));
    byte[] body = Json.mapper().writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
    String type = operation.type;
    switch (random.nextInt(8)) {
      case 0 -> body = spoiled(body, random);
      case 1 -> body = Arrays.copyOf(body, random.nextInt(body.length + 1));
      case 2 -> {
        body = new byte[random.nextInt(200)];
        random.nextBytes(body);
      }
      case 3 ->
          type =
              List.of("text/plain", "application/x-ndjson", "application/json;x")
                  .get(random.nextInt(3));
      default -> {
        // as the schema has it, or nearly
      }
    }
    return new Bad(operation.method, operation.path, type, body);
  }

  private static byte[] spoiled(byte[] body, SplittableRandom random) {
    for (int i = random.nextInt(1, 6); i > 0 && body.length > 0; i--) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return body;
  }
}
