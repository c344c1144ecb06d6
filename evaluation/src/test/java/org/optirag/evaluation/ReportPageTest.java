package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    assertThat(count(dom, "<svg")).isEqualTo(6);
    // Summary, differences, retrieval, and four stages.
    assertThat(count(dom, "<td class=\"text\">recent</td>")).isEqualTo(7);
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
    assertThat(count(dom, "<svg")).isEqualTo(6);
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

  @Test
  void retrievalIsAStageInTimeAndInAccuracy() throws Exception {
    Evaluation sample = ReportTest.sample("stages");
    String dom = render(sample);
    EvaluationResult gcn = sample.results().get(2);
    double mean = gcn.stages().getFirst().mean();
    assertThat(dom).contains("Retrieval: time against accuracy").contains("share of the request");
    assertThat(dom)
        .containsPattern(
            "<td class=\"text\">gcn</td><td>%s[0-9]*</td><td>[0-9.]+</td><td>[0-9.]+ %%</td>"
                .formatted(String.format(Locale.ROOT, "%.1f", mean - 0.05).replace(".", "[.]")));
  }

  @Test
  void whereCandidatesLeaveIsDrawnForScorersWithAnLlm() throws Exception {
    assertThat(render(ReportTest.deep())).doesNotContain("id=\"depthOf\" hidden");
    assertThat(render(ReportTest.sample("no blocks"))).contains("id=\"depthOf\" hidden");
  }

  @Test
  void nothingLeavesThePageOfAPhone() throws Exception {
    Evaluation sample = ReportTest.deep();
    Map<String, String> facts = new LinkedHashMap<>(sample.facts());
    facts.put("exit policy", "top-k:10,0.8,0.4,".repeat(12));
    Evaluation wide =
        new Evaluation("movielens-100k, test", sample.created(), facts, sample.results());
    Path page = directory.resolve("report.html");
    Report.write(page, wide);
    Path phone = directory.resolve("phone.html");
    // A frame is as wide as a phone whatever the browser's least width is.
    Files.writeString(
        phone,
        """
        <iframe src="report.html" style="width:360px;height:700px;border:0"></iframe>
        <p id="seen"></p>
        <script>
        onload = () => {
          const page = document.querySelector("iframe").contentDocument;
          const root = page.documentElement;
          const charts = [...page.querySelectorAll(".chart")].filter(c => c.offsetParent);
          const filled = charts.every(c => Math.abs(
            c.querySelector("svg").getBoundingClientRect().width - c.clientWidth) < 2);
          const tables = [...page.querySelectorAll("table")].every(t => t.closest(".wide"));
          document.getElementById("seen").textContent =
            `beyond ${root.scrollWidth - root.clientWidth}, charts ${filled}, tables ${tables}`;
        };
        </script>
        """);
    assertThat(Browser.dom(phone, directory, "--allow-file-access-from-files"))
        .contains("beyond 0, charts true, tables true");
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
