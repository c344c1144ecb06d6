package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.ResultsFile;
import org.optirag.evaluation.ResultsTable;
import org.optirag.workbench.EvaluationOutcome;

/** Tells what an evaluation found: as tables, or as JSON. */
final class EvaluationPrinter {
  private EvaluationPrinter() {}

  /**
   * Prints.
   *
   * @param directory that it was written to
   */
  static void print(Evaluation evaluation, Path directory, CommonOptions common) {
    if (common.json()) {
      common.printJson(ResultsFile.json(evaluation));
      return;
    }
    PrintWriter out = common.out();
    out.println(evaluation.title());
    out.println();
    out.print(ResultsTable.text(evaluation.results()));
    if (evaluation.results().size() > 1) {
      out.println();
      out.print(ResultsTable.differences(evaluation.results()));
    }
    if (!evaluation.slices().isEmpty()) {
      out.println();
      out.print(ResultsTable.slices(evaluation));
    }
    ResultsTable.note(evaluation.results()).ifPresent(note -> out.println("\n" + note));
    out.println();
    out.println("Report:  " + directory.resolve(EvaluationOutcome.PAGE).toAbsolutePath());
    out.println("Results: " + directory.resolve(EvaluationOutcome.RESULTS).toAbsolutePath());
    out.flush();
  }
}
