package org.optirag.retrieval;

import org.optirag.dataset.Interactions;

/**
 * How far the labels of everybody may be seen. What is held out sees the whole training part and
 * nothing newer: its world is frozen. Examples for learning shall see the world as frozen, so time
 * is cut into blocks, and a moment within training sees what lies before its block.
 *
 * @param first time of the first training row
 * @param last time of the last training row
 * @param block length of a block, in the data's unit of time
 */
public record Horizon(long first, long last, long block) {
  /** Thirty days in seconds: the world is half a month old on average, as held-out rows find it. */
  public static final long MONTH = 30 * 86_400L;

  private static final int PARTS = 20;

  /** With fewer, most examples would see nothing of others. */
  private static final int FEWEST_MONTHS = 4;

  /** Checks the length. */
  public Horizon {
    if (block < 1 || last < first) {
      throw new IllegalArgumentException(
          "blocks of %d from %d to %d: a block is at least 1 long".formatted(block, first, last));
    }
  }

  /** Blocks of a given length over the training part. */
  public static Horizon of(Interactions train, long block) {
    return train.size() == 0
        ? new Horizon(0, 0, block)
        : new Horizon(train.time(0), train.time(train.size() - 1), block);
  }

  /**
   * Months where times are seconds; a twentieth of the training part where that is too short for
   * months, or where times are places in an order.
   */
  public static Horizon of(Interactions train, boolean timed) {
    Horizon months = of(train, MONTH);
    long span = months.last - months.first;
    return timed && span >= FEWEST_MONTHS * MONTH
        ? months
        : new Horizon(months.first, months.last, Math.max(1, span / PARTS));
  }

  /** Nothing is frozen: every moment sees all that lies before it. */
  static Horizon moving(Interactions train) {
    return of(train, 1);
  }

  /**
   * The same with as many of its blocks together as leave at most so many: what is made once a
   * block and dearly is made that often.
   */
  public Horizon coarser(int most) {
    long blocks = Math.ceilDiv(last - first + 1, block);
    return new Horizon(first, last, block * Math.ceilDiv(blocks, most));
  }

  /** Labels strictly before this time are seen at {@code time}; never later than it. */
  public long of(long time) {
    if (time > last) {
      return last + 1; // one value for all that is held out, so that its statistics are made once
    }
    return first + Math.floorDiv(time - first, block) * block;
  }
}
