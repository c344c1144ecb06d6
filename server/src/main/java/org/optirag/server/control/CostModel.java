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

  private double work;
  private double seconds;
  private double deviation;

  /**
   * @param secondsPerToken a first guess, at full depth; it has the weight of one small batch
   */
  public CostModel(double secondsPerToken) {
    this.work = 50;
    this.seconds = 50 * secondsPerToken;
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
    double expected = tokens * share * secondsPerToken();
    deviation += (1 - KEPT) * (Math.abs(took / expected - 1) - deviation);
    work = KEPT * work + tokens * share;
    seconds = KEPT * seconds + took;
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
    return seconds / work;
  }
}
