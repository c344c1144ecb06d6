package org.optirag.server.control;

/**
 * How much of full depth the service can afford, from the work that waits.
 *
 * <p>Let Q be what waits, in seconds of work at full depth, and W the workers. The law is: share =
 * T · W / Q. A queue worked off at that share empties by Q / T a second whatever arrives, so dQ/dt
 * = arrivals − Q / T: a linear system of first order, which goes to its balance Q = T · arrivals
 * without overshoot and within a few T, for any load between 1 and 1 / cheapest share. The wait
 * there is T. No rate is estimated, hence none can be wrong or late: the queue itself is the
 * integral of what was misjudged. When nothing waits, the share is 1.
 *
 * <p>Rungs are steps, so near the balance the share would flutter between two of them; it rises
 * only by {@value #DEADBAND} or more. It falls at once.
 *
 * <p>Not safe for use from several threads at once.
 */
public final class ControlLaw {
  static final double DEADBAND = 1.15;

  private final int workers;
  private final double wait;
  private double share = 1;

  /**
   * @param workers W, batches scored at once
   * @param wait T, seconds that a request waits under overload
   */
  public ControlLaw(int workers, double wait) {
    if (workers < 1 || !(wait > 0)) {
      throw new IllegalArgumentException(workers + " workers, a wait of " + wait + " s");
    }
    this.workers = workers;
    this.wait = wait;
  }

  /**
   * The share of full depth to work at next.
   *
   * @param waiting Q: seconds of one worker at full depth, of what waits behind the next batch
   * @return in (0, 1]
   */
  public double next(double waiting) {
    double affordable = balance(waiting);
    if (affordable < share || affordable >= DEADBAND * share) {
      share = Math.min(1, affordable);
    }
    return share;
  }

  /**
   * What the law says of a request that comes now: the same without steps, and nothing is kept, so
   * that it is 1 as soon as nothing waits, whatever was before.
   *
   * @param waiting Q: seconds of one worker at full depth
   * @return in (0, 1]
   */
  public double at(double waiting) {
    return Math.min(1, balance(waiting));
  }

  private double balance(double waiting) {
    return waiting <= 0 ? Double.POSITIVE_INFINITY : wait * workers / waiting;
  }

  /** What {@link #next} said last. */
  public double share() {
    return share;
  }
}
