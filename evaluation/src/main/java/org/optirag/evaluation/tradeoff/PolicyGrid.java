package org.optirag.evaluation.tradeoff;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.ExitPolicy.Budget;
import org.optirag.scoring.ExitPolicy.Entropy;
import org.optirag.scoring.ExitPolicy.Fixed;
import org.optirag.scoring.ExitPolicy.MaxProbability;
import org.optirag.scoring.ExitPolicy.None;
import org.optirag.scoring.ExitPolicy.Patience;
import org.optirag.scoring.ExitPolicy.RatioTrend;
import org.optirag.scoring.ExitPolicy.TopK;

/**
 * The policies to try: every family, with thresholds at quantiles of what the heads say, so that
 * the points spread over the depth whatever the heads' scale.
 */
final class PolicyGrid {
  private static final int THRESHOLDS = 16;
  private static final double[] FALLINGS = {1, 0.8, 0.5, 0.2};
  private static final int MOST_HEADS = 3;
  private static final int MOST_ROWS = 4000;

  /** Candidates of a request that may go on. */
  private static final int[] BUDGETS = {1, 2, 3, 5, 10};

  /** How many of a request's candidates matter. */
  private static final int[] BEST = {1, 3, 5, 10};

  /** Shares of the candidates whose deepest log ratio lies within the margins. */
  private static final double[] SURE = {0.5, 0.8, 0.95};

  /** Log odds of the label rate nearer to 0 than this make no centre of their own. */
  private static final double LEAST_CENTRE = 0.2;

  private final double[][] ratios;
  private final int heads;
  private final int steps;

  private PolicyGrid(double[][] ratios, int heads, int steps) {
    this.ratios = ratios;
    this.heads = heads;
    this.steps = steps;
  }

  /** All policies; full depth first. */
  static List<ExitPolicy> of(Calibrated calibrated) {
    return of(calibrated, THRESHOLDS);
  }

  /**
   * The same with another number of thresholds.
   *
   * @param steps thresholds of each family
   */
  static List<ExitPolicy> of(Calibrated calibrated, int steps) {
    HeadReadings readings = calibrated.readings();
    double rate = readings.labelRate();
    double odds = rounded(Math.log(rate / (1 - rate)));
    PolicyGrid grid = new PolicyGrid(calibrated.ratios(), readings.heads(), steps);
    List<ExitPolicy> policies = new ArrayList<>(List.of(new None()));
    for (int head = 1; head < grid.heads; head++) {
      policies.add(new Fixed(head));
    }
    if (grid.crowded(readings)) {
      for (int candidates : BUDGETS) {
        policies.add(new Budget(candidates));
      }
      for (int best : BEST) {
        for (double share : SURE) {
          policies.add(new TopK(best, grid.margins(share)));
        }
      }
    }
    for (int confirmations = 1; confirmations < grid.heads - 1; confirmations++) {
      policies.add(new Patience(confirmations));
    }
    for (double threshold : grid.thresholds(1, 0)) {
      double p = 1 / (1 + Math.exp(-threshold));
      double entropy = Math.log1p(Math.exp(-threshold)) + (1 - p) * threshold;
      policies.add(new MaxProbability(rounded(p)));
      policies.add(new Entropy(Math.min(rounded(entropy), Math.log(2))));
    }
    grid.addTrends(policies, 0);
    if (Math.abs(odds) >= LEAST_CENTRE) {
      grid.addTrends(policies, odds);
    }
    return List.copyOf(policies);
  }

  /** Whether requests have enough candidates for their order to matter. */
  private boolean crowded(HeadReadings readings) {
    return heads > 1
        && readings.size() >= 2 * Arrays.stream(readings.requests()).distinct().count();
  }

  /** How far the deepest log ratio lies from each head's, for a share of the candidates. */
  private List<Double> margins(double share) {
    List<Double> margins = new ArrayList<>();
    for (int head = 0; head < heads - 1; head++) {
      int at = head;
      double[] off =
          Arrays.stream(ratios)
              .mapToDouble(row -> Math.abs(row[heads - 1] - row[at]))
              .sorted()
              .toArray();
      margins.add(rounded(off[(int) (share * (off.length - 1))]));
    }
    return margins;
  }

  private void addTrends(List<ExitPolicy> policies, double centre) {
    for (double falling : FALLINGS) {
      for (double threshold : thresholds(falling, centre)) {
        for (int agreeing = 1; agreeing <= Math.min(MOST_HEADS, heads - 1); agreeing++) {
          policies.add(new RatioTrend(threshold, agreeing, falling, centre, true));
          if (agreeing > 1) {
            policies.add(new RatioTrend(threshold, agreeing, falling, centre, false));
          }
        }
      }
    }
  }

  /**
   * Thresholds at the first head that, fallen to some head, part what the heads say there; the
   * first is 0, which everything passes: where no head is better than the shallowest, the point to
   * choose.
   */
  private double[] thresholds(double falling, double centre) {
    int stride = Math.max(1, ratios.length / MOST_ROWS);
    int last = Math.max(1, heads - 1);
    double[] pool = new double[(ratios.length + stride - 1) / stride * last];
    int n = 0;
    for (int row = 0; row < ratios.length; row += stride) {
      for (int head = 0; head < last; head++) {
        pool[n++] = Math.abs(ratios[row][head] - centre) / Math.pow(falling, head);
      }
    }
    Arrays.sort(pool);
    return IntStream.range(0, steps)
        .mapToDouble(i -> i == 0 ? 0 : rounded(pool[(int) ((double) i / steps * pool.length)]))
        .toArray();
  }

  /** Four digits: a threshold that one can read and write. */
  private static double rounded(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(4)).doubleValue();
  }
}
