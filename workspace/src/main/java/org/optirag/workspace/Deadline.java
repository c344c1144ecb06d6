package org.optirag.workspace;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When work has to be done by: passed down, so that every part can ask how much time is left.
 * Immutable; as safe for use from several threads as its clock is.
 *
 * @param clock nanoseconds, as of {@link System#nanoTime}
 * @param at the clock's reading by which all is done
 * @param bounded false where the work may take as long as it takes
 */
public record Deadline(LongSupplier clock, long at, boolean bounded) {
  /** As long as it takes. */
  public static final Deadline NONE = new Deadline(System::nanoTime, 0, false);

  /** So much from now on. */
  public static Deadline in(Duration time) {
    return in(time, System::nanoTime);
  }

  /** So much from now on, by a clock. */
  public static Deadline in(Duration time, LongSupplier clock) {
    return new Deadline(clock, clock.getAsLong() + time.toNanos(), true);
  }

  /** Seconds that are left: infinite without a bound, negative when it is over. */
  public double secondsLeft() {
    return bounded ? (at - clock.getAsLong()) / 1e9 : Double.POSITIVE_INFINITY;
  }

  /**
   * The same, but earlier: for a part that leaves time for what comes after it.
   *
   * @param seconds by how much
   */
  public Deadline earlier(double seconds) {
    return bounded ? new Deadline(clock, at - Math.round(seconds * 1e9), true) : this;
  }
}
