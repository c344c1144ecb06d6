package org.optirag.server.live;

import java.util.Locale;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.workspace.UserException;

/**
 * How much fits in the heap. What is known grows with the rows that count (of a user and an item
 * the last one), and with the users and items that there are; events that came since the last
 * snapshot take more than later. Beyond this, events are refused, which is better than a service
 * that no longer answers. Immutable.
 *
 * @param bytes that all of it may take
 */
record Room(long bytes) {
  /** The snapshot and the one to come, as measured by the benchmark "growth". */
  private static final long ROW = 220;

  /** A user or an item, in both, with its embedding. */
  private static final long NAME = 800;

  /** An event that came since, in maps by user. */
  private static final long BEHIND = 450;

  /** What the rest of a service takes: bundles' features, requests, the web server. */
  private static final long OTHERS = 150L << 20;

  /** This many events that came since the last snapshot are reason enough for a new one. */
  private static final int MOST_SOON = 200_000;

  /** That of the process's heap. */
  static Room ofHeap() {
    return of(Runtime.getRuntime().maxMemory());
  }

  /** That of a heap. */
  static Room of(long heap) {
    return new Room(Math.max(heap / 4, heap * 85 / 100 - OTHERS));
  }

  private static long needed(long rows, long names, long behind) {
    return rows * ROW + names * NAME + behind * BEHIND;
  }

  /** Events since the last snapshot from which on a new one is made before its time. */
  int soon() {
    return (int) Math.min(MOST_SOON, bytes / 8 / BEHIND);
  }

  /**
   * Checks that more events may come.
   *
   * @param rows of interactions that are known
   * @param names users and items together
   * @param behind events that came since the last snapshot
   * @throws EventsRefusedException if there is no room
   */
  void requireFor(int rows, int names, int behind) {
    long needed = needed(rows, names, behind);
    if (needed > bytes) {
      throw new EventsRefusedException(
          EventsRefusedException.Reason.FULL_MEMORY,
          String.format(
              Locale.ROOT,
              "The memory is full: %,d rows, %,d users and items and %,d events since the last"
                  + " snapshot take about %,d MB, and there are %,d MB for them; give more by"
                  + " OPTIRAG_HEAP",
              rows,
              names,
              behind,
              needed >> 20,
              bytes >> 20),
          null);
    }
  }

  /**
   * Checks that a store can be opened, before it takes all memory there is.
   *
   * @throws UserException if there is no room
   */
  void requireToOpen(int rows, int names) {
    // What was taken can be opened: refusals begin earlier than this.
    if (needed(rows, names, 0) > bytes + bytes / 10) {
      throw new UserException(
          String.format(
              Locale.ROOT,
              "The events do not fit in memory: %,d rows and %,d users and items so far.",
              rows,
              names),
          "Give more by OPTIRAG_HEAP, for instance OPTIRAG_HEAP=4g.");
    }
  }
}
