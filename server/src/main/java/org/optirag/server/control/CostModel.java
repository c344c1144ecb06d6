package org.optirag.server.control;

/**
 * How long a token takes at full depth on this machine, as it is now: the mean over the latest
 * batches, of which older ones count less and less. Safe for use from many threads.
 */
public final class CostModel {
  /** About the latest thirty batches. */
  private static final double KEPT = 0.97;

  /** A single pass that was interrupted for long shall not make the service refuse everything. */
  private static final double MOST_CAUTION = 1.5;

  private final double guess;
  private double work;
  private double seconds;
  private double deviation;

  /**
   * @param secondsPerToken a first guess, at full depth; nothing is left of it once a batch was
   *     measured
   */
  public CostModel(double secondsPerToken) {
    this.guess = secondsPerToken;
  }

  /**
   * Learns from a batch.
   *
   * @param tokens of its prompts
   * @param share of full depth, see {@link org.optirag.scoring.TradeOffPoint#requestCost}
   * @param took seconds of one worker
   */
  public synchronized void learn(int tokens, double share, double took) {
    if (!(tokens * share > 0)) {
      return; // a pass that validation says to cost nothing teaches nothing of what a token costs
    }
    double batch = tokens * share;
    if (work > 0) {
      deviation += (1 - KEPT) * (Math.abs(took / (batch * secondsPerToken()) - 1) - deviation);
    }
    // A batch pushes out as much as it brings: many that exit early, of which a good part is what
    // every batch costs, shall not make what deep ones taught forgotten.
    double kept = work > 0 ? Math.max(KEPT, 1 - batch / work) : 0;
    work = kept * work + batch;
    seconds = kept * seconds + took;
  }

  /**
   * Learns from a batch that was ended on its way: it would have taken longer.
   *
   * @param tokens of its prompts
   * @param share of full depth that it was to run to
   * @param took seconds of one worker, until then
   */
  public synchronized void learnAtLeast(int tokens, double share, double took) {
    if (took > tokens * share * secondsPerToken()) {
      learn(tokens, share, took);
    }
  }

  /**
   * {@link #secondsPerToken} with a margin of twice the mean deviation: promises are made with
   * this, so that a machine that is shared, and slow now and then, promises less.
   */
  public synchronized double cautious() {
    return secondsPerToken() * (1 + Math.min(2 * deviation, MOST_CAUTION));
  }

  /** Seconds of one worker for a token at full depth. */
  public synchronized double secondsPerToken() {
    return work > 0 ? seconds / work : guess;
  }
}
