package org.optirag.retrieval.behaviour;

import org.optirag.dataset.Interactions;

/**
 * Which rows lie before a moment, and which of them lately. Where times are places in an order,
 * lately is its last hundredth and its last twentieth, as far as it has come.
 *
 * @param before the moment: nothing at or after it is seen
 * @param end the number of rows before it
 * @param day the first of them in the last day
 * @param week the first of them in the last seven days
 */
record Window(long before, int end, int day, int week) {
  private static final long DAY = 86_400;

  static Window of(Interactions rows, long before, boolean timed) {
    int end = firstAt(rows, before);
    if (end == 0) {
      return new Window(before, 0, 0, 0);
    }
    long span = before - rows.time(0);
    long day = timed ? DAY : Math.ceilDiv(span, 100);
    long week = timed ? 7 * DAY : Math.ceilDiv(span, 20);
    return new Window(before, end, firstAt(rows, before - day), firstAt(rows, before - week));
  }

  private static int firstAt(Interactions rows, long time) {
    int low = 0;
    int high = rows.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rows.time(middle) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
