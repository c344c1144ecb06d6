package org.optirag.workbench;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.Report;
import org.optirag.evaluation.ResultsFile;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.TradeOff;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.scoring.ExitPlan;

/**
 * What an evaluation found. Immutable and safe for use from several threads.
 *
 * @param evaluation the scorers' figures
 * @param plan of the bundle that was scored, or null
 * @param readings what its heads say of the test part at full depth, or null where they were not
 *     asked
 */
public record EvaluationOutcome(
    Evaluation evaluation, @Nullable ExitPlan plan, @Nullable HeadReadings readings) {
  /** The file of the figures. */
  public static final String RESULTS = "results.json";

  /** The page of the figures. */
  public static final String PAGE = "report.html";

  /**
   * Writes the figures, and a page of them, each whole or not at all.
   *
   * @param directory created if absent
   * @throws org.optirag.workspace.UserException if it cannot be written
   */
  public void write(Path directory) {
    ResultsFile.write(directory.resolve(RESULTS), evaluation);
    Report.write(directory.resolve(PAGE), evaluation);
  }

  /** What each policy of the validation curve does on test, where the heads were asked. */
  public Optional<TradeOffReport> tradeOff() {
    if (plan == null || readings == null) {
      return Optional.empty();
    }
    return Optional.of(
        new TradeOffReport(
            evaluation.title(),
            evaluation.created(),
            evaluation.facts(),
            readings.depth(),
            plan,
            Optional.of(TradeOff.measured(plan, readings))));
  }
}
