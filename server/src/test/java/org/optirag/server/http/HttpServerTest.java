package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class HttpServerTest {
  private final TestService service = TestService.open();

  @AfterEach
  void close() {
    service.close();
  }

  @Test
  void candidatesComeBackInTheOrderOfTheirProbability() throws Exception {
    TestService.Reply reply =
        service.post("/v1/rank", "{\"user\":\"42\",\"candidates\":[\"50\",\"a\",\"b\",\"c\"]}");
    assertThat(reply.status()).isEqualTo(200);
    List<Double> probabilities = new ArrayList<>();
    reply
        .json()
        .get("results")
        .forEach(each -> probabilities.add(each.get("probability").asDouble()));
    assertThat(probabilities)
        .hasSize(4)
        .isSortedAccordingTo((one, two) -> Double.compare(two, one));
    JsonNode exit = reply.json().get("exit");
    assertThat(exit.get("policy").asString()).isEqualTo("none");
    assertThat(exit.get("adaptive").asBoolean()).isTrue();
    assertThat(exit.get("mean_depth").asDouble()).isEqualTo(1);
    assertThat(reply.json().get("bundle").asString()).isEqualTo("first");
    assertThat(reply.json().get("timings_ms").propertyNames())
        .containsExactly("prepare", "queue", "score", "total");
    assertThat(reply.json().has("explanation")).isFalse();
    assertThat(reply.json().toString()).contains("\"title\":\"Star Wars (1977)\"");
  }

  @Test
  void anExplanationTellsPromptNeighboursAndHeads() throws Exception {
    JsonNode json =
        service
            .post(
                "/v1/rank",
                "{\"user\":\"42\",\"candidates\":[{\"id\":\"x\",\"title\":\"New\"}],"
                    + "\"policy\":\"fixed:1\",\"explain\":true}")
            .json();
    JsonNode result = json.get("results").get(0);
    assertThat(result.get("heads").get(0).get("block").asInt()).isEqualTo(1);
    assertThat(result.get("why").asString())
        .isEqualTo("The policy stops everything at head 1, after block 1.");
    assertThat(result.get("title").asString()).isEqualTo("New");
    assertThat(json.get("exit").get("adaptive").asBoolean()).isFalse();
    JsonNode explanation = json.get("explanation");
    assertThat(explanation.get("neighbours").get(0).get("liked").get(0).get("title").asString())
        .isEqualTo("Brazil");
    assertThat(explanation.get("context").asString()).isEqualTo("3 tokens");
    assertThat(explanation.get("history")).hasSize(1);
  }

  @Test
  void aProblemNamesTheField() throws Exception {
    assertProblem("{}", 422, "user", "missing");
    assertProblem("{\"user\":7,\"candidates\":[\"1\"]}", 422, "user", "a number");
    assertProblem("{\"user\":\"u\",\"candidates\":[]}", 422, "candidates", "0 elements");
    assertProblem("{\"user\":\"u\",\"candidates\":[\"1\",\"1\"]}", 422, "candidates[1]", "twice");
    assertProblem("{\"user\":\"u\",\"candidates\":[\"1\",3]}", 422, "candidates[1]", "a number");
    assertProblem(
        "{\"user\":\"u\",\"candidates\":[{\"id\":\"1\",\"titel\":\"x\"}]}",
        422,
        "candidates[0].titel",
        "not known");
    assertProblem(
        "{\"user\":\"u\",\"candidates\":[{\"id\":\"1\",\"title\":\"x\",\"fields\":{\"a\":1}}]}",
        422,
        "candidates[0].fields.a",
        "a number");
    assertProblem(
        "{\"user\":\"u\",\"candidates\":[\"1\",\"unknown\"]}", 422, "candidates[1]", "no item");
    assertProblem(
        "{\"user\":\"u\",\"candidates\":[\"1\"],\"deadline_ms\":0}", 422, "deadline_ms", "from 1");
    assertProblem(
        "{\"user\":\"u\",\"candidates\":[\"1\"],\"deadline_ms\":1.5}", 422, "deadline_ms", "whole");
    assertProblem(
        "{\"user\":\"u\",\"candidates\":[\"1\"],\"policy\":\"deep\"}",
        422,
        "policy",
        "none, fixed");
    assertProblem("{\"user\":\"u\",\"candidates\":[\"1\"],\"debug\":1}", 422, "debug", "not known");
    assertProblem("{\"user\":\"\\ud800\",\"candidates\":[\"1\"]}", 422, "user", "control");
    assertProblem("{\"user\":\"u\",\"user\":\"v\",\"candidates\":[\"1\"]}", 400, null, "not JSON");
    assertProblem("{\"user\":", 400, null, "not JSON");
    assertProblem("", 400, null, "nothing");
    assertProblem("[]", 422, null, "an array, not an object");
  }

  private void assertProblem(String body, int status, @Nullable String field, String detail)
      throws Exception {
    TestService.Reply reply = service.post("/v1/rank", body);
    assertThat(reply.status()).as(body).isEqualTo(status);
    assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(reply.json().get("status").asInt()).isEqualTo(status);
    assertThat(reply.json().get("type").asString()).startsWith("urn:optirag:");
    assertThat(reply.json().get("detail").asString()).as(body).contains(detail);
    assertThat(reply.json().path("field").asString(null)).as(body).isEqualTo(field);
  }

  @Test
  void whatIsTooLargeIsRefusedWithoutBeingRead() throws Exception {
    assertThat(service.post("/v1/rank", " ".repeat(200_000)).status()).isEqualTo(413);
    String title = "x".repeat(201);
    TestService.Reply reply =
        service.post(
            "/v1/rank",
            "{\"user\":\"u\",\"candidates\":[{\"id\":\"1\",\"title\":\"" + title + "\"}]}");
    assertThat(reply.json().get("field").asString()).isEqualTo("candidates[0].title");
    HttpRequest.Builder chunked =
        service
            .request("/v1/rank")
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofByteArrays(Collections.nCopies(200, new byte[1000])));
    assertThat(service.send(chunked).status()).isEqualTo(413);
  }

  @Test
  void otherPathsMethodsAndTypesArePlainlyRefused() throws Exception {
    assertThat(service.get("/v1/nothing").status()).isEqualTo(404);
    assertThat(service.get("/v1/nothing").json().get("title").asString()).isEqualTo("Not found");
    assertThat(service.get("/v1/rank").status()).isEqualTo(405);
    HttpRequest.Builder plain =
        service.request("/v1/rank").POST(HttpRequest.BodyPublishers.ofString("{}"));
    assertThat(service.send(plain).status()).isEqualTo(415);
    assertThat(service.get("/../../etc/passwd").status()).isIn(400, 404);
    assertThat(service.get("/page/app.js").status()).isEqualTo(404);
  }

  @Test
  void eventsAreTakenOnceInEveryForm() throws Exception {
    String one =
        "{\"type\":\"interaction\",\"id\":\"e1\",\"user\":\"42\",\"item\":\"50\",\"rating\":4,\"time\":9}";
    TestService.Reply first = service.post("/v1/feedback", one);
    assertThat(first.json().toString()).isEqualTo("{\"applied\":1,\"known\":0}");
    String array =
        "["
            + one
            + ",{\"type\":\"item\",\"id\":\"e2\",\"item\":\"x\",\"title\":\"X\",\"fields\":{\"genres\":\"Drama\"}}]";
    assertThat(service.post("/v1/feedback", array).json().toString())
        .isEqualTo("{\"applied\":1,\"known\":1}");
    HttpRequest.Builder lines =
        service
            .request("/v1/feedback")
            .header("Content-Type", "application/x-ndjson")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    one
                        + "\n\n{\"type\":\"user\",\"id\":\"e3\",\"user\":\"u\",\"profile\":{\"age\":\"30\"}}\r\n"));
    assertThat(service.send(lines).json().toString()).isEqualTo("{\"applied\":1,\"known\":1}");
    assertThat(service.events()).hasSize(3);
    assertThat(service.events().getFirst())
        .isEqualTo(new Event.Interacted("e1", "42", "50", true, OptionalDouble.of(4), 9));
  }

  @Test
  void aWrongEventIsNamedByItsPlaceAndNothingIsTaken() throws Exception {
    String good = "{\"type\":\"user\",\"id\":\"e3\",\"user\":\"u\"}";
    String bad = "{\"type\":\"interaction\",\"id\":\"e4\",\"user\":\"u\",\"item\":\"1\"}";
    assertThat(
            service
                .post("/v1/feedback", "[" + good + "," + bad + "]")
                .json()
                .get("field")
                .asString())
        .isEqualTo("[1].liked");
    HttpRequest.Builder lines =
        service
            .request("/v1/feedback")
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofString(good + "\n" + bad));
    assertThat(service.send(lines).json().get("field").asString()).isEqualTo("line 2.liked");
    assertThat(service.events()).isEmpty();
  }

  @Test
  void aStoreThatCannotWriteIsSaidAndMaySucceedLater() throws Exception {
    service.refuseWith(new EventsRefusedException("disk full", new IOException("/secret")));
    TestService.Reply reply =
        service.post("/v1/feedback", "{\"type\":\"user\",\"id\":\"e\",\"user\":\"u\"}");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("Retry-After")).isEqualTo("2");
    assertThat(reply.json().toString()).doesNotContain("secret").doesNotContain("disk");
  }

  @Test
  void whyFeedbackIsRefusedIsSaidByHealthUntilItIsTakenAgain() throws Exception {
    assertThat(service.get("/health/ready").json().has("feedback")).isFalse();
    String event = "{\"type\":\"user\",\"id\":\"e\",\"user\":\"u\"}";
    for (EventsRefusedException.Reason reason : EventsRefusedException.Reason.values()) {
      service.refuseWith(new EventsRefusedException(reason, "/secret", null));
      TestService.Reply refused = service.post("/v1/feedback", event);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotEmpty();
      assertThat(refused.json().get("detail").asString()).contains(reason.text());
      TestService.Reply health = service.get("/health/ready");
      assertThat(health.status()).as("ranking goes on").isEqualTo(200);
      assertThat(health.json().get("feedback").asString()).isEqualTo(reason.text());
    }
    service.refuseWith(null);
    assertThat(service.post("/v1/feedback", event).status()).isEqualTo(200);
    assertThat(service.get("/health/ready").json().has("feedback")).isFalse();
  }

  @Test
  void aFaultOfOursTellsTheClientNothing() throws Exception {
    service.first().failWith(new IllegalStateException("password=hunter2"));
    TestService.Reply reply = service.post("/v1/rank", "{\"user\":\"u\",\"candidates\":[\"1\"]}");
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.json().toString()).doesNotContain("hunter2").doesNotContain("at org.");
  }

  @Test
  void rerankSpeaksTheShapeOfItsClients() throws Exception {
    JsonNode json =
        service
            .post(
                "/v1/rerank",
                "{\"model\":\"any\",\"query\":\"42\",\"documents\":[\"50\",{\"text\":\"A film\"},\"50\"],"
                    + "\"top_n\":2,\"return_documents\":true}")
            .json();
    assertThat(json.get("results")).hasSize(2);
    JsonNode best = json.get("results").get(0);
    assertThat(best.get("relevance_score").asDouble()).isBetween(0.0, 1.0);
    assertThat(best.get("document").get("text").asString()).isIn("50", "A film");
    assertThat(json.get("usage").get("total_tokens").asInt()).isEqualTo(5);
    assertThat(json.get("model").asString()).isEqualTo("first");
    assertThat(service.post("/v2/rerank", "{\"query\":\"42\",\"documents\":[]}").status())
        .isEqualTo(422);
  }

  @Test
  void itemsUsersAndModelsCanBeLookedAt() throws Exception {
    assertThat(service.get("/v1/items/50").json().get("fields").get("genres").asString())
        .isEqualTo("Space");
    assertThat(service.get("/v1/items/51").status()).isEqualTo(404);
    assertThat(service.get("/v1/users/42").json().get("history")).hasSize(1);
    assertThat(service.get("/v1/users/43").status()).isEqualTo(404);
    JsonNode model = service.get("/v1/model").json();
    assertThat(model.get("assignment").get("primary").asString()).isEqualTo("first");
    assertThat(model.get("bundles").get(0).get("ladder")).hasSize(2);
    assertThat(service.get("/health/live").status()).isEqualTo(200);
    assertThat(service.get("/health/ready").status()).isEqualTo(200);
    service.post("/v1/rank", "{\"user\":\"42\",\"candidates\":[\"50\"]}");
    service.post(
        "/v1/feedback",
        "{\"type\":\"interaction\",\"id\":\"e\",\"user\":\"42\",\"item\":\"50\",\"liked\":true}");
    String metrics = new String(service.get("/metrics").whole().body(), StandardCharsets.UTF_8);
    assertThat(metrics)
        .contains("optirag_rank_seconds_bucket{bundle=\"first\"")
        .contains("optirag_exit_share 1.0")
        .contains("optirag_live_labels{bundle=\"first\",head=\"answer\"} 1.0")
        .contains("optirag_candidates_total{block=\"2\",bundle=\"first\"} 1.0");
    assertThat(service.get("/v1/status").json().get("cost").has("tflop_per_million")).isTrue();
  }

  @Test
  void answersKeepBrowsersFromHarm() throws Exception {
    TestService.Reply reply = service.get("/health/live");
    assertThat(reply.header("Content-Security-Policy"))
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(reply.header("Server")).isEmpty();
  }

  @Test
  void aNameOfAnotherSiteDoesNotReachAServiceWithoutTokens() throws Exception {
    String answer =
        raw("GET /v1/model HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 403").contains("its own address only");
  }

  @Test
  void whatIsNotHttpGetsAPlainProblem() throws Exception {
    assertThat(raw("HELLO\r\n\r\n")).startsWith("HTTP/1.1 400").doesNotContain("<html");
    assertThat(raw("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: " + "x".repeat(9000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431")
        .contains("urn:optirag:");
  }

  @Test
  void aBodyThatEndsEarlyIsNoFaultOfOurs() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Content-Length: 100\r\n\r\n{\"user\"")
              .getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void aClientThatGoesAwayTakesItsWorkWithIt() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    service.first().stopAt(gate);
    try (Socket blocking = rankBySocket()) {
      service.first().awaitBegun();
      Socket impatient = rankBySocket();
      await("the second waits", () -> number("optirag_queue_requests") == 1);
      impatient.close();
      await("the second has left", () -> number("optirag_queue_requests") == 0);
      gate.countDown();
      assertThat(blocking.getInputStream().read()).isEqualTo('H');
    }
    await(
        "it is told",
        () -> service.log().stream().anyMatch(line -> line.contains("\"status\":499")));
    assertThat(service.first().passes()).hasSize(1);
  }

  private Socket rankBySocket() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    String body = "{\"user\":\"u\",\"candidates\":[\"1\"]}";
    socket
        .getOutputStream()
        .write(
            ("POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static void await(String what, Check check) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!check.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private double number(String metric) throws Exception {
    return new String(service.get("/metrics").whole().body(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  @Test
  void theLogSaysWhatButNotOfWhom() throws Exception {
    service.post("/v1/rank", "{\"user\":\"somebody\",\"candidates\":[\"secret-item\"]}");
    service.get("/v1/users/somebody");
    await("both are logged", () -> service.log().size() == 2);
    assertThat(service.log().getFirst())
        .contains("\"route\":\"/v1/rank\"", "\"status\":200", "\"bundle\":\"first\"")
        .doesNotContain("somebody")
        .doesNotContain("secret-item");
    assertThat(service.log().getLast())
        .contains("\"route\":\"/v1/users/{id}\"")
        .doesNotContain("somebody");
  }

  @Test
  void whileItDrainsRequestsEndAndReadinessSaysSo() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    service.first().stopAt(gate);
    try (Socket waiting = rankBySocket()) {
      service.first().awaitBegun();
      Thread draining =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  service.server().drain(Duration.ofSeconds(20));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      await("not ready", () -> service.get("/health/ready").status() == 503);
      assertThat(service.get("/health/live").status()).isEqualTo(200);
      assertThat(draining.isAlive()).isTrue();
      gate.countDown();
      assertThat(waiting.getInputStream().read()).isEqualTo('H');
      assertThat(draining.join(Duration.ofSeconds(9))).isTrue();
    }
  }

  @Test
  void aDrainTakesNoNewWorkAndAnswersWhatItTook() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    service.first().stopAt(gate);
    try (Socket waiting = rankBySocket()) {
      service.first().awaitBegun();
      Thread draining = Thread.ofVirtual().start(() -> drain(Duration.ofSeconds(20)));
      await("not ready", () -> service.get("/health/ready").status() == 503);
      await("no work", () -> service.get("/v1/model").status() == 503);
      for (TestService.Reply refused :
          List.of(
              service.post("/v1/rank", "{\"user\":\"u\",\"candidates\":[\"1\"]}"),
              service.post("/v1/feedback", "[]"),
              service.post("/v1/snapshot", "{\"name\":\"a\"}"))) {
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.header("Connection")).isEqualTo("close");
      }
      gate.countDown();
      assertThat(new String(waiting.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
      assertThat(draining.join(Duration.ofSeconds(9))).isTrue();
    }
  }

  @Test
  void aDrainEndsInItsTimeThoughARequestDoesNot() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    service.first().stopAt(gate);
    try (Socket waiting = rankBySocket()) {
      service.first().awaitBegun();
      drain(Duration.ofMillis(50));
      service.scheduler().abandon();
      assertThat(new String(waiting.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .as("its client is told")
          .isEqualTo("HTTP/1.1 503");
    } finally {
      gate.countDown();
    }
  }

  private boolean drain(Duration most) {
    try {
      return service.server().drain(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
