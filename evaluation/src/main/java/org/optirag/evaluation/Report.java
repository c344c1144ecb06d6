package org.optirag.evaluation;

import java.nio.file.Path;
import org.optirag.workspace.AtomicFiles;

/**
 * An evaluation as one HTML page with its charts, which opens without a network.
 *
 * <p>The page carries {@link ResultsFile}'s JSON and draws itself from it. Its size does not grow
 * with the impressions: about 0.7 MB for the charts' script and 6 KB a scorer.
 */
public final class Report {
  private Report() {}

  /**
   * Writes the page, whole or not at all.
   *
   * @throws org.optirag.workspace.UserException if the directory cannot be written
   */
  public static void write(Path target, Evaluation evaluation) {
    AtomicFiles.writeString(target, html(evaluation));
  }

  static String html(Evaluation evaluation) {
    return ReportTemplate.named("report.html").page(ResultsFile.json(evaluation));
  }
}
