package org.optirag.evaluation.bench;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.optirag.evaluation.ReportTemplate;
import org.optirag.workspace.AtomicFiles;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Growth curves as a page of plots, each with the expected slope beside it, and as rows.
 *
 * @param title of the page
 * @param created when it was measured
 * @param facts what a reader needs to repeat it
 * @param curves what was measured
 */
public record GrowthReport(
    String title, Instant created, Map<String, String> facts, List<GrowthCurve> curves) {
  /** The page's file. */
  public static final String PAGE = "growth.html";

  /** The file of the rows. */
  public static final String ROWS = "growth.json";

  /** What the page's data call themselves. */
  public static final String FORMAT = "optirag-growth";

  /** Raised when a reader of the old form would misread the new one. */
  public static final int VERSION = 1;

  /** Copies. */
  public GrowthReport {
    facts = Map.copyOf(facts);
    curves = List.copyOf(curves);
  }

  /**
   * Writes both into a directory, each whole or not at all.
   *
   * @throws org.optirag.workspace.UserException if the directory cannot be written
   */
  public void write(Path directory) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("format", FORMAT);
    root.put("version", VERSION);
    root.put("title", title);
    root.put("created", created.toString());
    ObjectNode said = root.putObject("facts");
    facts.forEach(said::put);
    root.set("rows", rows());
    AtomicFiles.writeString(
        directory.resolve(PAGE), ReportTemplate.named("growth.html").page(root));
    AtomicFiles.writeString(directory.resolve(ROWS), rows().toPrettyString() + "\n");
  }

  /** One object a point. */
  public ArrayNode rows() {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (GrowthCurve curve : curves) {
      for (GrowthCurve.Point point : curve.points()) {
        ObjectNode row = rows.addObject();
        row.put("curve", curve.name());
        row.put("unit", curve.unit());
        row.put("size", point.size());
        row.put("seconds", point.seconds());
        row.put("rounds", point.rounds());
        row.put("slope", curve.slope());
        row.put("expectedSlope", curve.expectedSlope());
        row.put("reason", curve.reason());
      }
    }
    return rows;
  }

  /** For a terminal. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (GrowthCurve curve : curves) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: slope %.2f over the last decade, expected %.0f (%s)",
              curve.name(),
              curve.slope(),
              curve.expectedSlope(),
              curve.reason()));
      for (GrowthCurve.Point point : curve.points()) {
        lines.add(
            String.format(Locale.ROOT, "%,12d  %10.3f ms", point.size(), 1e3 * point.seconds()));
      }
    }
    return List.copyOf(lines);
  }
}
