package org.optirag.server.live;

import java.time.Duration;
import org.optirag.workspace.UserException;

/**
 * How soon what others did is known.
 *
 * @param renewal how long after the last renewal the statistics of everybody are made anew, if
 *     there were events
 * @param poll how often a store that others append to is asked for their events
 */
public record LiveSettings(Duration renewal, Duration poll) {
  /** A minute, and a quarter of a second. */
  public static final LiveSettings DEFAULT =
      new LiveSettings(Duration.ofSeconds(60), Duration.ofMillis(250));

  /** Checks the times. */
  public LiveSettings {
    if (renewal.toMillis() < 1 || poll.toMillis() < 1) {
      throw new UserException(
          "A renewal every %s and a poll every %s are not possible.".formatted(renewal, poll),
          "Give times longer than a millisecond.");
    }
  }
}
