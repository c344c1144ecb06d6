package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Learn then Test (Angelopoulos et al., arXiv 2110.01052): finds settings whose true risk is at
 * most epsilon, wrong with a probability of at most delta, from independent losses in [0, 1] of
 * whatever distribution.
 */
final class LearnThenTest {
  private LearnThenTest() {}

  /**
   * The Hoeffding–Bentkus p-value of "the risk exceeds epsilon": the smaller of exp(−n h(min(R, ε),
   * ε)), with h the relative entropy of two coins, and e · P(Bin(n, ε) ≤ ⌈n R⌉).
   *
   * @param risk mean of the losses, R
   * @param n how many losses
   */
  static double pValue(double risk, int n, double epsilon) {
    if (risk >= epsilon) {
      return 1;
    }
    double hoeffding = Math.exp(-n * relativeEntropy(risk, epsilon));
    // A mean of n values that should give a whole number may lie a rounding error above it.
    double bentkus = Math.E * binomialCdf((int) Math.ceil(n * risk - 1e-9), n, epsilon);
    return Math.min(1, Math.min(hoeffding, bentkus));
  }

  private static double relativeEntropy(double a, double b) {
    double yes = a == 0 ? 0 : a * Math.log(a / b);
    double no = a == 1 ? 0 : (1 - a) * Math.log((1 - a) / (1 - b));
    return yes + no;
  }

  /** P(Bin(n, p) ≤ k). */
  static double binomialCdf(int k, int n, double p) {
    double sum = 0;
    double logTerm = n * Math.log1p(-p);
    for (int i = 0; i <= Math.min(k, n); i++) {
      sum += Math.exp(logTerm);
      logTerm += Math.log((double) (n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
    }
    return Math.min(1, sum);
  }

  /** The smallest epsilon that losses of this mean show with confidence 1 − delta. */
  static double bound(double risk, int n, double delta) {
    double low = risk;
    double high = 1;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (middle < 1 && pValue(risk, n, middle) > delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * Fixed-sequence testing: settings are tested in an order that was fixed before the losses were
   * seen, each at level delta, until the first that fails. All before it hold together with
   * confidence 1 − delta.
   *
   * @param settings how many there are
   * @param losses of a setting, [units]
   * @return how many settings hold
   */
  static int fixedSequence(
      int settings, IntFunction<double[]> losses, double epsilon, double delta) {
    for (int setting = 0; setting < settings; setting++) {
      double[] of = losses.apply(setting);
      double risk = Arrays.stream(of).average().orElse(1);
      if (pValue(risk, of.length, epsilon) > delta) {
        return setting;
      }
    }
    return settings;
  }
}
