package org.optirag.server.ranking;

import java.time.Duration;

/**
 * Who asks, and how long an answer is of use.
 *
 * @param client by whom turns are shared out: a token's name, or an address
 * @param arrival when the request came, as {@link System#nanoTime} counts
 * @param deadline until when it must be answered, likewise
 */
public record Caller(String client, long arrival, long deadline) {
  /** The service itself: shadows, and what warms it up. */
  public static final String OURSELVES = "";

  /** Someone whose request has just come. */
  public static Caller now(String client, Duration deadline) {
    long now = System.nanoTime();
    return new Caller(client, now, now + deadline.toNanos());
  }

  /** How long is left, in seconds; not above 0 when it is too late. */
  double secondsLeft(long now) {
    return (deadline - now) / 1e9;
  }

  /** How much time there was at first, in seconds. */
  double seconds() {
    return secondsLeft(arrival);
  }

  /**
   * Ends work that comes too late for who asks.
   *
   * @throws DeadlineException if the deadline has passed
   */
  void requireTime() {
    if (secondsLeft(System.nanoTime()) <= 0) {
      throw new DeadlineException();
    }
  }
}
