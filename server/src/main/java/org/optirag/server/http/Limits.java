package org.optirag.server.http;

import java.time.Duration;

/**
 * What a request may have at most.
 *
 * @param bodyBytes of a body
 * @param candidates of a ranking request
 * @param titleCharacters of a title
 * @param fieldCharacters of a further text
 * @param tokens of a prompt, context and all candidates
 * @param events of a feedback request
 * @param headers from a request's first byte to the end of its headers
 * @param deadline that a request may ask for
 * @param requestsPerSecond of one client; 0 for no limit
 * @param connections open at once
 */
public record Limits(
    int bodyBytes,
    int candidates,
    int titleCharacters,
    int fieldCharacters,
    int tokens,
    int events,
    Duration headers,
    Duration deadline,
    int requestsPerSecond,
    int connections) {
  /** One MiB, 500 candidates, 131,072 tokens, 10,000 events, a minute, 1,000 requests a second. */
  public static final Limits DEFAULT =
      new Limits(
          1 << 20,
          500,
          1000,
          2000,
          131_072,
          10_000,
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          1000,
          2000);

  /** Most further texts of an item or a profile. */
  static final int FIELDS = 20;
}
