package org.optirag.scoring;

/**
 * The rule that, from the heads seen so far, says go on or stop. The log ratio of a head is s =
 * log(p / (1 − p)) of its calibrated Yes-probability p. After the last head every candidate stops.
 */
public sealed interface ExitPolicy {
  /**
   * Whether a candidate stops.
   *
   * @param logRatios of the heads seen so far, shallowest first; at least one
   */
  boolean exits(double[] logRatios);

  /** Full depth: never stops early. */
  record None() implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      return false;
    }
  }

  /**
   * Stops at one head, whatever it says.
   *
   * @param head 1 is the shallowest
   */
  record Fixed(int head) implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      return logRatios.length >= head;
    }
  }

  /**
   * Stops when the ratio of the positive to the negative prediction is decided and has been
   * consistently so: |s| ≥ threshold, the last heads agree in sign, and |s| does not fall over them
   * (arXiv 2501.02173).
   *
   * @param threshold on |s|
   * @param heads how many heads must agree, this one counted; at least 1
   */
  record RatioTrend(double threshold, int heads) implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      int last = logRatios.length - 1;
      if (logRatios.length < heads || Math.abs(logRatios[last]) < threshold) {
        return false;
      }
      for (int i = last; i > logRatios.length - heads; i--) {
        if (Math.signum(logRatios[i]) != Math.signum(logRatios[i - 1])
            || Math.abs(logRatios[i]) < Math.abs(logRatios[i - 1])) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Stops when the more probable answer is probable enough.
   *
   * @param threshold in [0.5, 1]
   */
  record MaxProbability(double threshold) implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      double s = Math.abs(logRatios[logRatios.length - 1]);
      return 1 / (1 + Math.exp(-s)) >= threshold;
    }
  }

  /**
   * Stops when the answer's entropy is low enough.
   *
   * @param threshold in nats, [0, ln 2]
   */
  record Entropy(double threshold) implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      double s = Math.abs(logRatios[logRatios.length - 1]);
      double p = 1 / (1 + Math.exp(-s));
      // −p ln p − (1 − p) ln(1 − p), with ln p = −ln(1 + e^−s) and ln(1 − p) = ln p − s
      double entropy = Math.log1p(Math.exp(-s)) + (1 - p) * s;
      return entropy <= threshold;
    }
  }

  /**
   * Stops when a number of heads in a row have confirmed the answer of the one before (PABEE, arXiv
   * 2006.04152).
   *
   * @param confirmations at least 1
   */
  record Patience(int confirmations) implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      if (logRatios.length <= confirmations) {
        return false;
      }
      for (int i = logRatios.length - confirmations; i < logRatios.length; i++) {
        if (logRatios[i] >= 0 != logRatios[i - 1] >= 0) {
          return false;
        }
      }
      return true;
    }
  }
}
