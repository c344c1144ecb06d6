package org.optirag.benchmarks.faults;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.optirag.benchmarks.ServiceProcess;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What clients do all the while: rank, and tell what users did. */
final class Traffic implements AutoCloseable {
  private static final int RANKERS = 2;
  private static final int MOST_CANDIDATES = 500;
  private static final int MOST_EVENTS = 20;
  private static final int USERS = 943;
  private static final int ITEMS = 1682;
  private static final long BETWEEN_BATCHES_MILLIS = 100;
  private static final int AGAIN = 10;
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final List<String> POLICIES =
      List.of("\"none\"", "\"fixed:1\"", "\"fixed:2\"", "\"max-probability:0.8\"");

  private final ServiceProcess service;
  private final Ledger ledger;
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Begins.
   *
   * @param round tells the events of this process from those before
   */
  Traffic(ServiceProcess service, Ledger ledger, SplittableRandom random, int round) {
    this.service = service;
    this.ledger = ledger;
    for (int i = 0; i < RANKERS; i++) {
      SplittableRandom own = random.split();
      threads.add(Thread.ofPlatform().name("rank").start(() -> repeat(() -> rank(own))));
    }
    SplittableRandom own = random.split();
    int[] number = new int[1];
    threads.add(
        Thread.ofPlatform()
            .name("feedback")
            .start(() -> repeat(() -> feed(own, round + "-" + number[0]++))));
  }

  /** Something that sends a request. */
  private interface Sending {
    void send() throws InterruptedException;
  }

  private void repeat(Sending sending) {
    try {
      while (!over.get()) {
        sending.send();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void rank(SplittableRandom random) throws InterruptedException {
    int candidates = random.nextInt(10) == 0 ? MOST_CANDIDATES : 1 + random.nextInt(20);
    String body = rankBody(random, candidates);
    try {
      HttpResponse<String> response = service.post("/v1/rank", body);
      ledger.answered("rank", response.statusCode(), response.body());
      if (response.body().contains("NaN")) {
        ledger.broke("NaN in an answer: " + response.body());
      }
      if (response.statusCode() != 200) {
        Thread.sleep(50);
      }
    } catch (IOException e) {
      ledger.unanswered("rank");
      Thread.sleep(100);
    }
  }

  static String rankBody(SplittableRandom random, int candidates) {
    StringBuilder body = new StringBuilder(64 + 8 * candidates);
    body.append("{\"user\":\"").append(1 + random.nextInt(USERS)).append("\",\"candidates\":[");
    int from = random.nextInt(ITEMS);
    for (int i = 0; i < candidates; i++) {
      body.append(i == 0 ? "\"" : ",\"").append(1 + (from + i * 3) % ITEMS).append('"');
    }
    body.append("],\"deadline_ms\":").append(100 + random.nextInt(3000));
    body.append(",\"policy\":").append(POLICIES.get(random.nextInt(POLICIES.size()))).append('}');
    return body.toString();
  }

  private void feed(SplittableRandom random, String batch) throws InterruptedException {
    Thread.sleep(BETWEEN_BATCHES_MILLIS);
    List<String> events = new ArrayList<>();
    int size = 1 + random.nextInt(MOST_EVENTS);
    for (int i = 0; i < size; i++) {
      events.add(event(random, batch + "-" + i));
    }
    send(service, ledger, events);
    if (random.nextInt(AGAIN) == 0) {
      send(service, ledger, events);
    }
  }

  static String event(SplittableRandom random, String id) {
    return "{\"type\":\"interaction\",\"id\":\"%s\",\"user\":\"%d\",\"item\":\"%d\",\"liked\":%s}"
        .formatted(id, 1 + random.nextInt(USERS), 1 + random.nextInt(ITEMS), random.nextBoolean());
  }

  private static void send(ServiceProcess service, Ledger ledger, List<String> events)
      throws InterruptedException {
    try {
      HttpResponse<String> response =
          service.post("/v1/feedback", "[" + String.join(",", events) + "]");
      ledger.answered("feedback", response.statusCode(), response.body());
      if (response.statusCode() == 200) {
        int applied = JsonMapper.shared().readTree(response.body()).path("applied").asInt();
        if (applied != 0 && applied != events.size()) {
          ledger.broke("a part of a batch was applied: " + response.body());
        }
        events.forEach(event -> ledger.acknowledged(event, applied > 0));
      }
    } catch (IOException e) {
      ledger.unanswered("feedback");
      Thread.sleep(100);
    } catch (JacksonException e) {
      ledger.broke("an answer to feedback is no JSON");
    }
  }

  /** Tells all that was acknowledged again: whatever is applied now had been lost. */
  static void verify(ServiceProcess service, Ledger ledger)
      throws IOException, InterruptedException {
    List<String> events = ledger.events();
    int batch = 1000;
    for (int from = 0; from < events.size(); from += batch) {
      List<String> part = events.subList(from, Math.min(events.size(), from + batch));
      int applied = applied(service, part);
      if (applied > 0) {
        ledger.lost(applied, part.getFirst());
      }
    }
  }

  private static int applied(ServiceProcess service, List<String> events)
      throws IOException, InterruptedException {
    String body = "[" + String.join(",", events) + "]";
    for (long end = System.nanoTime() + PATIENCE_NANOS; System.nanoTime() < end; ) {
      HttpResponse<String> response = service.post("/v1/feedback", body);
      if (response.statusCode() == 200) {
        JsonNode receipt = JsonMapper.shared().readTree(response.body());
        return receipt.path("applied").asInt();
      }
      Thread.sleep(200);
    }
    throw new IOException("a service that has just begun takes no events for a minute");
  }

  /** Ends it. */
  @Override
  public void close() throws InterruptedException {
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
