package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.optirag.server.rollout.Deployable;
import org.optirag.workspace.UserException;

/** Bundles change while requests run. */
@Timeout(60)
class RolloutTest {
  private static final String RANK = "{\"user\":\"42\",\"candidates\":[\"50\",\"1\"]}";

  private final List<FakeBundle> loaded = new CopyOnWriteArrayList<>();
  private final TestService service =
      new TestService(
          (name, directory) -> load(name, directory.toString()),
          AccessTokens.OPEN,
          TestService.LIMITS);

  private Deployable load(String name, String directory) {
    if (directory.contains("broken")) {
      throw new UserException("The bundle lacks its file heads.safetensors.", "Take it again.");
    }
    FakeBundle bundle = new FakeBundle(name);
    loaded.add(bundle);
    return bundle;
  }

  @AfterEach
  void close() {
    service.close();
    assertThat(loaded).as("none stays in memory").allMatch(FakeBundle::isClosed);
  }

  @Test
  void aBundleIsLoadedAnewWithoutDroppingARequest() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    FakeBundle old = loaded.getFirst().stopped(gate);
    Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    Thread underWay = Thread.ofVirtual().start(() -> statuses.merge(rank(), 1, Integer::sum));
    old.awaitBegun();
    assertThat(service.call("PUT", "/v1/bundles/first", "{\"directory\":\"new\"}").status())
        .isEqualTo(200);
    assertThat(old.isClosed()).as("a request still has it").isFalse();
    gate.countDown();
    underWay.join();
    assertThat(statuses).containsExactlyEntriesOf(Map.of(200, 1));
    while (!old.isClosed()) {
      Thread.sleep(5);
    }
    assertThat(rank()).isEqualTo(200);
    assertThat(loaded.get(1).passes()).hasSize(1);
  }

  @Test
  void reloadingUnderLoadDropsNothing() throws Exception {
    Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    List<Thread> clients = new ArrayList<>();
    for (int c = 0; c < 4; c++) {
      clients.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 50; i++) {
                  statuses.merge(rank(), 1, Integer::sum);
                }
              }));
    }
    for (int i = 0; i < 20; i++) {
      service.call("PUT", "/v1/bundles/first", "{\"directory\":\"again\"}");
    }
    for (Thread client : clients) {
      client.join();
    }
    assertThat(statuses).containsExactlyEntriesOf(Map.of(200, 200));
    assertThat(loaded).hasSize(21);
  }

  private int rank() {
    try {
      return service.post("/v1/rank", RANK).status();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBundleThatDoesNotFitIsRefusedAndChangesNothing() throws Exception {
    TestService.Reply reply =
        service.call("PUT", "/v1/bundles/first", "{\"directory\":\"broken\"}");
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.json().get("detail").asString())
        .isEqualTo("The bundle lacks its file heads.safetensors. Take it again.");
    assertThat(rank()).isEqualTo(200);
    assertThat(loaded).hasSize(1);
  }

  @Test
  void anAnswerThatIsNoNumberIsAnErrorOfThatRequest() throws Exception {
    FakeBundle first = loaded.getFirst();
    first.answerWith(Double.NaN);
    TestService.Reply reply = service.post("/v1/rank", RANK);
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.json().get("type").asString()).isEqualTo("urn:optirag:broken-bundle");
    assertThat(reply.json().get("detail").asString())
        .isEqualTo("The bundle first answers with a probability that is no number.");
    assertThat(reply.json().toString()).doesNotContain("NaN");
    first.answerWith(null);
    assertThat(rank()).isEqualTo(200);
    assertThat(new String(service.get("/metrics").whole().body(), StandardCharsets.UTF_8))
        .contains("optirag_failed_total{reason=\"not_a_number\"} 1.0");
  }

  @Test
  void usersAreSplitPromotedAndRolledBack() throws Exception {
    service.call("PUT", "/v1/bundles/second", "{\"directory\":\"b\"}");
    assertThat(answering()).isEqualTo("first");
    TestService.Reply split =
        service.call(
            "PUT", "/v1/assignment", "{\"primary\":\"first\",\"shares\":{\"second\":100}}");
    assertThat(split.json().get("shares").get("second").asDouble()).isEqualTo(100);
    assertThat(answering()).isEqualTo("second");
    service.post("/v1/assignment/promote", "{\"bundle\":\"second\"}");
    assertThat(answering()).isEqualTo("second");
    service.post("/v1/assignment/rollback", "{}");
    service.post("/v1/assignment/rollback", "{}");
    assertThat(answering()).isEqualTo("first");
    assertThat(service.post("/v1/assignment/rollback", "{}").json().get("detail").asString())
        .contains("nothing to go back to");
  }

  private String answering() throws Exception {
    return service.post("/v1/rank", RANK).json().get("bundle").asString();
  }

  @Test
  void onlyWhatIsThereAndNotInUseCanBeAssignedOrLetGo() throws Exception {
    assertThat(
            service
                .post("/v1/assignment/promote", "{\"bundle\":\"third\"}")
                .json()
                .get("detail")
                .asString())
        .contains("no bundle \"third\"");
    assertThat(
            service
                .send(service.request("/v1/bundles/first").DELETE())
                .json()
                .get("detail")
                .asString())
        .contains("in use");
    service.call("PUT", "/v1/bundles/second", "{\"directory\":\"b\"}");
    assertThat(service.send(service.request("/v1/bundles/second").DELETE()).status())
        .isEqualTo(200);
    assertThat(loaded.get(1).isClosed()).isTrue();
  }

  @Test
  void aShadowScoresAndIsNotServed() throws Exception {
    service.call("PUT", "/v1/bundles/second", "{\"directory\":\"b\"}");
    service.call("PUT", "/v1/assignment", "{\"primary\":\"first\",\"shadows\":[\"second\"]}");
    assertThat(answering()).isEqualTo("first");
    while (loaded.get(1).passes().isEmpty()) {
      Thread.sleep(5);
    }
    // Its quality is known as soon as the label is, without anybody having seen its answer.
    String labels = "";
    for (int i = 0;
        i < 100 && !labels.contains("optirag_live_labels{bundle=\"second\",head=\"answer\"} 1.0");
        i++) {
      service.post("/v1/rank", RANK);
      Thread.sleep(20);
      service.post(
          "/v1/feedback",
          "{\"type\":\"interaction\",\"id\":\"e"
              + i
              + "\",\"user\":\"42\",\"item\":\"50\",\"liked\":true}");
      labels = new String(service.get("/metrics").whole().body(), StandardCharsets.UTF_8);
      if (labels.contains("optirag_live_labels{bundle=\"second\",head=\"answer\"}")) {
        break;
      }
    }
    assertThat(labels).contains("optirag_live_auc{bundle=\"second\",head=\"2\"}");
  }
}
