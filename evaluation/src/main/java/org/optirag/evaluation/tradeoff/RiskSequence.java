package org.optirag.evaluation.tradeoff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.optirag.scoring.ExitPolicy;

/**
 * In which order policies are tested for a promise. On the fitting half of the users a fine grid is
 * tried; those policies remain that no other beats both in depth and in risk, the least risk first
 * (Pareto testing, arXiv 2210.07913). So what is tested next is hardly riskier than what has just
 * held, and the sequence ends where the promise does.
 */
final class RiskSequence {
  /** Thresholds of a family: four times as many as a curve has. */
  private static final int THRESHOLDS = 64;

  private RiskSequence() {}

  /**
   * A policy on the fitting half.
   *
   * @param depth mean block that candidates leave after
   * @param losses of the users
   * @param risk their mean
   */
  @SuppressWarnings("ArrayRecordComponent") // Columns, never compared.
  record Step(ExitPolicy policy, double depth, double[] losses, double risk) {
    private static Step of(ExitPolicy policy, Calibrated fitted, Function<int[], double[]> losses) {
      int[] exits = fitted.exits(policy);
      double[] lost = losses.apply(exits);
      return new Step(
          policy,
          Arrays.stream(exits).map(fitted.readings().blocks()::get).average().orElseThrow(),
          lost,
          Arrays.stream(lost).average().orElseThrow());
    }
  }

  /**
   * The steps, deepest first.
   *
   * @param fitted what the heads said of the fitting half
   * @param losses of its users where impressions stop at given heads
   */
  static List<Step> of(Calibrated fitted, Function<int[], double[]> losses) {
    int last = fitted.readings().blocks().getLast();
    List<Step> steps =
        PolicyGrid.of(fitted, THRESHOLDS).parallelStream()
            .map(policy -> Step.of(policy, fitted, losses))
            .filter(step -> step.depth < last)
            .sorted(Comparator.comparingDouble(Step::depth).thenComparingDouble(Step::risk))
            .toList();
    List<Step> front = new ArrayList<>();
    for (Step step : steps) {
      if (front.isEmpty() || step.risk < front.getLast().risk) {
        front.add(step);
      }
    }
    return List.copyOf(front.reversed());
  }
}
