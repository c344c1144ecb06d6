package org.optirag.server.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts each client's requests: a bucket that fills at the rate allowed, up to two seconds' worth.
 * Keeps the clients seen last. Safe for use from many threads.
 */
final class RateLimiter {
  private static final int CLIENTS = 10_000;
  private static final double BURST_SECONDS = 2;

  private final int perSecond;
  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > CLIENTS;
        }
      };

  private static final class Bucket {
    private double left;
    private long filled;

    Bucket(double left, long filled) {
      this.left = left;
      this.filled = filled;
    }
  }

  /**
   * @param perSecond 0 for no limit
   */
  RateLimiter(int perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes one request of a client's.
   *
   * @throws ProblemException if the client has none left
   */
  synchronized void take(String client) {
    if (perSecond == 0) {
      return;
    }
    long now = nanoTime.getAsLong();
    double most = BURST_SECONDS * perSecond;
    Bucket bucket = buckets.computeIfAbsent(client, name -> new Bucket(most, now));
    bucket.left = Math.min(most, bucket.left + (now - bucket.filled) / 1e9 * perSecond);
    bucket.filled = now;
    if (bucket.left < 1) {
      throw new ProblemException(
          429,
          "Too many requests",
          "A client may send %d requests a second.".formatted(perSecond),
          null,
          1);
    }
    bucket.left--;
  }
}
