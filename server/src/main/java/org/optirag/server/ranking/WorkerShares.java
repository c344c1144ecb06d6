package org.optirag.server.ranking;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who has how many of the workers: while others are about, a client has all but one at most. Not
 * safe for use from many threads.
 */
final class WorkerShares {
  /** Whoever asked within this time is about. */
  private static final Duration ABOUT = Duration.ofSeconds(10);

  private static final int MOST_CLIENTS = 1_000;

  private final int workers;
  private final Map<String, Integer> passes = new HashMap<>(); // under way, by who is first in them
  private final Map<String, Long> seen = new LinkedHashMap<>(); // whoever asked last stands last

  WorkerShares(int workers) {
    this.workers = workers;
  }

  /**
   * Somebody asks.
   *
   * @param now as {@link System#nanoTime} counts
   */
  void saw(String client, long now) {
    if (!client.equals(Caller.OURSELVES)) {
      seen.remove(client);
      seen.put(client, now);
      if (seen.size() > MOST_CLIENTS) {
        seen.remove(seen.keySet().iterator().next());
      }
    }
  }

  /** A pass begins in which a client's job is the first. */
  void began(String client) {
    passes.merge(client, 1, Integer::sum);
  }

  /** That pass is over. */
  void ended(String client) {
    passes.merge(client, -1, (held, one) -> held == 1 ? null : held + one);
  }

  /** Whether a client may have one more. */
  boolean mayHaveOne(String client, long now) {
    if (workers == 1 || passes.getOrDefault(client, 0) < workers - 1) {
      return true;
    }
    return seen.entrySet().stream()
        .noneMatch(
            other -> !other.getKey().equals(client) && now - other.getValue() < ABOUT.toNanos());
  }
}
