package org.optirag.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workbench.CalibrationResult;

/** Tells when a bundle may stop early: as lines, or as JSON. */
final class CalibrationPrinter {
  /** What was chosen. */
  record Chosen(
      String policy,
      String why,
      double meanDepth,
      double requestCost,
      double auc,
      double fullAuc,
      boolean withoutLlm,
      List<Integer> blocks,
      List<Double> headAucs,
      List<Integer> exits) {}

  private CalibrationPrinter() {}

  /** Tells what was chosen. */
  static void print(CalibrationResult result, CommonOptions common) {
    ExitPlan plan = result.plan();
    TradeOffPoint full = result.full();
    TradeOffPoint chosen = result.chosen();
    if (common.json()) {
      common.printJson(
          new Chosen(
              plan.policy().text(),
              plan.chosen(),
              chosen.meanDepth(),
              chosen.requestCost(),
              chosen.auc(),
              full.auc(),
              result.withoutLlm(),
              plan.curve().blocks(),
              plan.curve().headAucs(),
              chosen.exits()));
      return;
    }
    PrintWriter out = common.out();
    out.println("Curve:  " + result.page().toAbsolutePath());
    out.printf("%nOn validation%n%8s %10s %10s%n", "block", "head AUC", "exits");
    for (int head = 0; head < plan.curve().blocks().size(); head++) {
      out.printf(
          Locale.ROOT,
          "%8d %10.4f %10d%n",
          plan.curve().blocks().get(head),
          plan.curve().headAucs().get(head),
          chosen.exits().get(head));
    }
    out.printf("%nPolicy %s (%s)%n", plan.policy().text(), plan.chosen());
    out.printf(
        Locale.ROOT,
        "Mean depth %.3f, arithmetic of a request %.3f of full depth's;"
            + " AUC %.4f, at full depth %.4f%n",
        chosen.meanDepth(),
        chosen.requestCost(),
        chosen.auc(),
        full.auc());
    if (result.withoutLlm()) {
      out.printf(
          Locale.ROOT,
          "%nThe LLM is not used: head 0 reaches AUC %.4f without it, full depth %.4f."
              + "%nEvery request is answered before the first block, without a prompt.%n",
          chosen.auc(),
          full.auc());
    }
    out.flush();
  }
}
