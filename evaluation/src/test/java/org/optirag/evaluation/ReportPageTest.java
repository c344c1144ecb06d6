package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the report in a headless Chromium, where the machine has one. */
final class ReportPageTest {
  private static final String HOSTILE = "<img src=x onerror=document.title='owned'></script>";

  @TempDir Path directory;

  @Test
  void thePageDrawsItsTablesAndCharts() throws Exception {
    String dom = render(ReportTest.sample("movielens-100k, test"));
    assertThat(dom).contains("<title>movielens-100k, test · OptiRAG evaluation</title>");
    assertThat(count(dom, "<svg")).isEqualTo(5);
    assertThat(count(dom, "<td class=\"text\">recent</td>")).isEqualTo(6);
    assertThat(dom).contains("optirag-results version 1, 2026-11-24T12:00:00Z");
  }

  @Test
  void hostileNamesStayText() throws Exception {
    Evaluation sample = ReportTest.sample(HOSTILE);
    Evaluation evaluation =
        new Evaluation(
            HOSTILE, sample.created(), sample.facts(), List.of(ReportTest.result(HOSTILE, 50, 1)));
    String dom = render(evaluation);
    assertThat(dom).doesNotContain("<title>owned").doesNotContain("<img");
    assertThat(count(dom, "<svg")).isEqualTo(5);
  }

  @Test
  void aResultWithoutAnAucIsDrawnAllTheSame() throws Exception {
    Predictions liked = new Predictions(new double[] {0.5}, new boolean[] {true}, new int[1]);
    EvaluationResult result =
        new EvaluationResult("one", Metrics.of(liked, 1, 10), 0, 1, 1, 1, List.of(), liked);
    Evaluation sample = ReportTest.sample("one label");
    String dom =
        render(new Evaluation("one label", sample.created(), sample.facts(), List.of(result)));
    assertThat(count(dom, "<svg")).isEqualTo(5);
    assertThat(dom).contains("<td>–</td>");
  }

  /** The page's elements after its scripts ran. */
  private String render(Evaluation evaluation) throws IOException, InterruptedException {
    Path page = directory.resolve("report.html");
    Report.write(page, evaluation);
    return Browser.dom(page, directory);
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}
