package org.optirag.workbench;

import java.nio.file.Path;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.TradeOffPoint;

/**
 * When a bundle may stop early from now on. Immutable and safe for use from several threads.
 *
 * @param plan the policy, the heads' calibrations, and the curve it was chosen on
 * @param drawn the directory that has the curve as a page
 */
public record CalibrationResult(ExitPlan plan, Path drawn) {

  /** What the chosen policy does on validation. */
  public TradeOffPoint chosen() {
    return point(plan.policy());
  }

  /** What full depth does on validation. */
  public TradeOffPoint full() {
    return point(new ExitPolicy.None());
  }

  /** Whether the chosen policy answers every request without the LLM. */
  public boolean withoutLlm() {
    return plan.curve().blocks().getFirst() == 0 && chosen().meanDepth() == 0;
  }

  /** The curve's page. */
  public Path page() {
    return drawn.resolve(TradeOffReport.PAGE);
  }

  private TradeOffPoint point(ExitPolicy policy) {
    return plan.curve().points().stream()
        .filter(point -> point.policy().equals(policy))
        .findFirst()
        .orElse(plan.curve().points().getFirst());
  }
}
