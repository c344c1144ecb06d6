package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.List;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.TradeOffPoint;

/**
 * The test that the betting one replaced, to compare with: a p-value that knows of the losses
 * nothing but their mean and their number, and the curve's front by AUC as the sequence.
 */
final class HoeffdingBentkus {
  private HoeffdingBentkus() {}

  /** How many policies of a front hold, deepest first. */
  static List<ExitPolicy> held(
      RiskControl control, TradeOff fitted, HeadReadings test, double epsilon, double delta) {
    List<ExitPolicy> sequence =
        fitted.curve().front().reversed().stream()
            .map(TradeOffPoint::policy)
            .filter(policy -> !(policy instanceof ExitPolicy.None))
            .toList();
    Calibrated tested = new Calibrated(test, fitted.calibrations(), fitted.answer());
    double[] full = tested.probabilities(new ExitPolicy.None());
    int held = 0;
    while (held < sequence.size()
        && pValue(control.losses(tested, tested.exits(sequence.get(held)), full), epsilon)
            <= delta) {
      held++;
    }
    return sequence.subList(0, held);
  }

  /**
   * The p-value of "the risk exceeds epsilon": the smaller of exp(−n h(min(R, ε), ε)), with h the
   * relative entropy of two coins, and e · P(Bin(n, ε) ≤ ⌈n R⌉).
   */
  static double pValue(double[] losses, double epsilon) {
    int n = losses.length;
    double risk = Arrays.stream(losses).average().orElse(1);
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
  private static double binomialCdf(int k, int n, double p) {
    double sum = 0;
    double logTerm = n * Math.log1p(-p);
    for (int i = 0; i <= Math.min(k, n); i++) {
      sum += Math.exp(logTerm);
      logTerm += Math.log((double) (n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
    }
    return Math.min(1, sum);
  }
}
