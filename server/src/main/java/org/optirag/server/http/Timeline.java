package org.optirag.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ArrayNode;

/** The latest five minutes by the second, for the page's charts. Safe for use from many threads. */
final class Timeline {
  static final int SECONDS = 300;

  /** Latencies are counted in steps of 8 %, from a tenth of a millisecond. */
  private static final double STEP = Math.log(1.08);

  private static final int STEPS = 200;
  private static final double LEAST = 1e-4;

  private final LongSupplier clock;
  private final Second[] seconds = new Second[SECONDS];

  private static final class Second {
    private final long at;
    private int answered;
    private int shed;
    private int candidates;
    private double depth;
    private double share = Double.NaN;
    private final int[] latencies = new int[STEPS];

    Second(long at) {
      this.at = at;
    }

    /** Milliseconds. */
    double quantile(double q) {
      int rank = (int) Math.ceil(q * answered);
      int seen = 0;
      for (int step = 0; step < STEPS; step++) {
        seen += latencies[step];
        if (seen >= rank) {
          return 1e3 * LEAST * Math.exp(STEP * step);
        }
      }
      return 0;
    }
  }

  /**
   * @param clock seconds since 1970
   */
  Timeline(LongSupplier clock) {
    this.clock = clock;
  }

  private Second now() {
    long at = clock.getAsLong();
    int place = (int) Math.floorMod(at, (long) SECONDS);
    Second second = seconds[place];
    if (second == null || second.at != at) {
      second = new Second(at);
      seconds[place] = second;
    }
    return second;
  }

  /**
   * A request was answered.
   *
   * @param seconds it took
   * @param candidates it had
   * @param meanDepth of them, in (0, 1]
   * @param share of full depth that the load allowed
   */
  synchronized void answered(double seconds, int candidates, double meanDepth, double share) {
    Second now = now();
    now.answered++;
    now.candidates += candidates;
    now.depth += meanDepth * candidates;
    now.share = share;
    int step = (int) Math.ceil(Math.log(Math.max(seconds, LEAST) / LEAST) / STEP);
    now.latencies[Math.min(step, STEPS - 1)]++;
  }

  /** A request was refused or came to nothing. */
  synchronized void shed() {
    now().shed++;
  }

  /** Writes the seconds that had requests, oldest first; the running one is left out. */
  synchronized void write(ArrayNode into) {
    long until = clock.getAsLong();
    List<Second> known = new ArrayList<>();
    for (long at = until - SECONDS + 1; at < until; at++) {
      Second second = seconds[(int) Math.floorMod(at, (long) SECONDS)];
      if (second != null && second.at == at) {
        known.add(second);
      }
    }
    for (Second second : known) {
      var each = into.addObject();
      each.put("time", second.at).put("answered", second.answered).put("shed", second.shed);
      if (second.answered > 0) {
        each.put("p50_ms", Answers.millis(second.quantile(0.5) / 1e3))
            .put("p99_ms", Answers.millis(second.quantile(0.99) / 1e3))
            .put("depth", second.depth / second.candidates)
            .put("share", second.share);
      }
    }
  }
}
