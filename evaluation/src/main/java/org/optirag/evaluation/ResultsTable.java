package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Results as a table, a scorer a row: for the terminal, or in Markdown. */
public final class ResultsTable {
  private static final List<String> HEAD =
      List.of(
          "scorer",
          "AUC [95 %]",
          "UAUC [95 %]",
          "LogLoss",
          "accuracy",
          "ECE",
          "depth",
          "req/s",
          "cand/s",
          "p50 ms",
          "p95 ms",
          "p99 ms",
          "build s");

  private ResultsTable() {}

  /** Lines with aligned columns: names to the left, numbers to the right. */
  public static String text(List<EvaluationResult> results) {
    return aligned(rows(results));
  }

  /** The differences of each result but the first to the first, aligned; see {@link Comparison}. */
  public static String differences(List<EvaluationResult> results) {
    EvaluationResult first = results.getFirst();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("against " + first.name(), "AUC [95 %]", "UAUC [95 %]", "LogLoss [95 %]"));
    for (EvaluationResult result : results.subList(1, results.size())) {
      Comparison comparison = result.against(first);
      rows.add(
          List.of(
              result.name(),
              interval("%+.4f [%+.3f, %+.3f]", comparison.auc()),
              interval("%+.4f [%+.3f, %+.3f]", comparison.uauc()),
              interval("%+.4f [%+.3f, %+.3f]", comparison.logLoss())));
    }
    return aligned(rows);
  }

  /** A table in GitHub's Markdown. */
  public static String markdown(List<EvaluationResult> results) {
    List<List<String>> rows = rows(results);
    List<String> ruler = new ArrayList<>(List.of("---"));
    HEAD.stream().skip(1).forEach(name -> ruler.add("---:"));
    rows.add(1, ruler);
    return rows.stream()
        .map(row ->
            row.stream()
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n")))
        .collect(Collectors.joining());
  }

  private static String aligned(List<List<String>> rows) {
    int[] widths =
        IntStream.range(0, rows.getFirst().size())
            .map(c -> rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0))
            .toArray();
    return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n", "", "\n"));
  }

  private static List<List<String>> rows(List<EvaluationResult> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    results.forEach(result -> rows.add(row(result)));
    return rows;
  }

  private static List<String> row(EvaluationResult result) {
    Metrics metrics = result.metrics();
    StageTimes.StageTime request = result.request();
    return List.of(
        result.name(),
        interval("%.4f [%.3f, %.3f]", metrics.auc()),
        interval("%.4f [%.3f, %.3f]", metrics.uauc()),
        number("%.4f", metrics.logLoss().value()),
        number("%.4f", metrics.accuracy().value()),
        number("%.4f", metrics.calibrationError().value()),
        number("%.3f", result.meanDepth()),
        speed(result.requestsPerSecond()),
        speed(result.candidatesPerSecond()),
        millis(request.p50()),
        millis(request.p95()),
        millis(request.p99()),
        number("%.1f", result.buildSeconds()));
  }

  /** All three numbers, or the value alone where there is no interval. */
  private static String interval(String format, Estimate estimate) {
    return Double.isNaN(estimate.low())
        ? number(format.substring(0, format.indexOf(' ')), estimate.value())
        : String.format(Locale.ROOT, format, estimate.value(), estimate.low(), estimate.high());
  }

  private static String speed(double perSecond) {
    return number(perSecond < 100 ? "%.2f" : "%.0f", perSecond);
  }

  private static String millis(double value) {
    return number(value < 1 ? "%.3f" : "%.1f", value);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String gap = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? cell + gap : "  " + gap + cell);
    }
    return line.toString();
  }
}
