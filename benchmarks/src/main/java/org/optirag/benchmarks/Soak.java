package org.optirag.benchmarks;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Steady load for long: ranking requests in an open loop, and beside them five events of feedback a
 * second, every tenth of which is sent twice.
 */
final class Soak {
  private static final long SEED = 20251126;
  private static final long BETWEEN_EVENTS_MILLIS = 200;
  private static final int REPEATED = 10;

  private final ServiceProcess service;
  private final LoadGenerator load;
  private final double rate;
  private final double seconds;
  private final Duration deadline;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private volatile long sent;
  private volatile long acknowledged;
  private volatile long refused;

  /**
   * @param rate of ranking requests a second
   * @param seconds of each {@link #run}
   */
  Soak(ServiceProcess service, LoadGenerator load, double rate, double seconds, Duration deadline) {
    this.service = service;
    this.load = load;
    this.rate = rate;
    this.seconds = seconds;
    this.deadline = deadline;
  }

  /** A part of it. */
  LoadGenerator.Phase run() throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    Thread feeder = Thread.ofPlatform().name("feedback").start(() -> feed(over));
    try {
      return load.open(rate, seconds, deadline);
    } finally {
      over.set(true);
      feeder.join();
    }
  }

  /** Different events that the service has promised to know. */
  long acknowledged() {
    return acknowledged;
  }

  /** Requests with feedback that were not answered with 200. */
  long refused() {
    return refused;
  }

  private void feed(AtomicBoolean over) {
    try {
      while (!over.get()) {
        Thread.sleep(BETWEEN_EVENTS_MILLIS);
        String event = event(sent++);
        boolean taken = send(event);
        if (sent % REPEATED == 0) {
          taken |= send(event);
        }
        acknowledged += taken ? 1 : 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String event(long number) {
    return "{\"type\":\"interaction\",\"id\":\"soak-%d\",\"user\":\"%s\",\"item\":\"%s\",\"liked\":%s}"
        .formatted(
            number,
            load.users().get(random.nextInt(load.users().size())),
            load.items().get(random.nextInt(load.items().size())),
            random.nextBoolean());
  }

  private boolean send(String event) throws InterruptedException {
    try {
      HttpResponse<String> response = service.post("/v1/feedback", event);
      if (response.statusCode() == 200) {
        return true;
      }
    } catch (IOException e) {
      // counted like a refusal: nothing was promised
    }
    refused++;
    return false;
  }
}
