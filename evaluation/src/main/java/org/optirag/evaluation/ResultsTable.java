package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Results as a table, a scorer a row: for the terminal, or in Markdown. Figures within requests
 * have columns where some request has both labels.
 */
public final class ResultsTable {
  private static final String PLAIN = "%.4f [%.3f, %.3f]";
  private static final String SIGNED = "%+.4f [%+.3f, %+.3f]";

  private ResultsTable() {}

  /** A column: its head and what stands in it for a result. */
  private record Column(String name, Function<EvaluationResult, String> cell) {}

  /** Lines with aligned columns: names to the left, numbers to the right. */
  public static String text(List<EvaluationResult> results) {
    return aligned(rows(columns(results), results));
  }

  /** The differences of each result but the first to the first, aligned; see {@link Comparison}. */
  public static String differences(List<EvaluationResult> results) {
    EvaluationResult first = results.getFirst();
    boolean requests = ranked(results);
    List<List<String>> rows = new ArrayList<>();
    List<String> head =
        new ArrayList<>(
            List.of("against " + first.name(), "AUC [95 %]", "UAUC [95 %]", "LogLoss [95 %]"));
    if (requests) {
      head.add("request AUC [95 %]");
    }
    rows.add(head);
    for (EvaluationResult result : results.subList(1, results.size())) {
      Comparison comparison = result.against(first);
      List<String> row = new ArrayList<>(List.of(result.name()));
      row.add(interval(SIGNED, comparison.auc()));
      row.add(interval(SIGNED, comparison.uauc()));
      row.add(interval(SIGNED, comparison.logLoss()));
      if (requests) {
        row.add(interval(SIGNED, comparison.requestAuc()));
      }
      rows.add(row);
    }
    return aligned(rows);
  }

  /** Each slice with its impressions, and how each scorer does there, aligned. */
  public static String slices(Evaluation evaluation) {
    List<List<String>> rows = new ArrayList<>();
    boolean requests = ranked(evaluation.results());
    List<String> head =
        new ArrayList<>(
            List.of("slice", "impressions", "scorer", "AUC [95 %]", "against the first"));
    if (requests) {
      head.addAll(List.of("request AUC [95 %]", "n", "against the first"));
    }
    rows.add(head);
    for (Slice slice : evaluation.slices()) {
      for (SliceResult part : SliceResult.of(slice, evaluation.results())) {
        Comparison gain = part.againstFirst();
        List<String> row =
            new ArrayList<>(
                List.of(
                    gain == null ? slice.name() : "",
                    gain == null ? Integer.toString(slice.rows().length) : "",
                    part.scorer(),
                    interval(PLAIN, part.auc()),
                    gain == null ? "" : interval(SIGNED, gain.auc())));
        if (requests) {
          row.add(interval(PLAIN, part.requestAuc()));
          row.add(Integer.toString(part.ranked()));
          row.add(gain == null ? "" : interval(SIGNED, gain.requestAuc()));
        }
        rows.add(row);
      }
    }
    return aligned(rows);
  }

  /** What n is, and how many requests stand behind figures within requests; empty without any. */
  public static Optional<String> note(List<EvaluationResult> results) {
    int most = results.stream().mapToInt(r -> r.metrics().perRequest().ranked()).max().orElse(0);
    int all = results.stream().mapToInt(EvaluationResult::requests).max().orElse(0);
    return most == 0
        ? Optional.empty()
        : Optional.of(
            "Request AUC is a mean over the n = %d of %d requests that have both labels."
                .formatted(most, all));
  }

  /** A table in GitHub's Markdown. */
  public static String markdown(List<EvaluationResult> results) {
    List<List<String>> rows = rows(columns(results), results);
    List<String> ruler = new ArrayList<>(List.of("---"));
    rows.getFirst().stream().skip(1).forEach(name -> ruler.add("---:"));
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

  private static List<List<String>> rows(List<Column> columns, List<EvaluationResult> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(columns.stream().map(Column::name).toList());
    for (EvaluationResult result : results) {
      rows.add(columns.stream().map(column -> column.cell.apply(result)).toList());
    }
    return rows;
  }

  private static List<Column> columns(List<EvaluationResult> results) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("scorer", EvaluationResult::name));
    columns.add(new Column("AUC [95 %]", r -> interval(PLAIN, r.metrics().auc())));
    columns.add(new Column("UAUC [95 %]", r -> interval(PLAIN, r.metrics().uauc())));
    if (ranked(results)) {
      columns.add(
          new Column("request AUC", r -> number("%.4f", r.metrics().perRequest().auc().value())));
      columns.add(new Column("n", r -> Integer.toString(r.metrics().perRequest().ranked())));
    }
    columns.add(new Column("LogLoss", r -> number("%.4f", r.metrics().logLoss().value())));
    columns.add(new Column("accuracy", r -> number("%.4f", r.metrics().accuracy().value())));
    columns.add(new Column("ECE", r -> number("%.4f", r.metrics().calibrationError().value())));
    columns.add(new Column("depth", r -> number("%.3f", r.meanDepth())));
    columns.add(new Column("req/s", r -> speed(r.requestsPerSecond())));
    columns.add(new Column("cand/s", r -> speed(r.candidatesPerSecond())));
    columns.add(new Column("p50 ms", r -> millis(r.request().p50())));
    columns.add(new Column("p95 ms", r -> millis(r.request().p95())));
    columns.add(new Column("p99 ms", r -> millis(r.request().p99())));
    columns.add(new Column("build s", r -> number("%.1f", r.buildSeconds())));
    return columns;
  }

  /** Whether some request has both labels. */
  private static boolean ranked(List<EvaluationResult> results) {
    return results.stream().anyMatch(result -> result.metrics().perRequest().ranked() > 0);
  }

  /** All three numbers, or the value alone where there is no interval. */
  private static String interval(String format, Estimate estimate) {
    return Double.isNaN(estimate.low())
        ? number(format.substring(0, format.indexOf(' ')), estimate.value())
        : Digits.of(format, estimate.value(), estimate.low(), estimate.high());
  }

  private static String speed(double perSecond) {
    return number(perSecond < 100 ? "%.2f" : "%.0f", perSecond);
  }

  private static String millis(double value) {
    return number(value < 1 ? "%.3f" : "%.1f", value);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? Digits.of(format, value) : "-";
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
