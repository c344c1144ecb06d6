package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.evaluation.Browser;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class TradeOffReportTest {
  private static final long SEED = 20260908;
  private static final String HOSTILE = "<img src=x onerror=document.title='owned'></script>";

  @TempDir Path directory;

  @Test
  void thePageCarriesTheCurveAsData() {
    TradeOffReport report = sample("movielens-100k");
    JsonNode data = data(report.html());
    assertThat(data.get("format").asString()).isEqualTo("optirag-tradeoff");
    assertThat(data.get("chosen").asString()).isEqualTo(report.plan().policy().text());
    assertThat(data.get("points")).hasSize(report.plan().curve().points().size());
    assertThat(data.at("/points/0/policy").asString()).isEqualTo("none");
    assertThat(data.at("/points/0/test/auc").isNumber()).isTrue();
    assertThat(data.at("/points/1/test").isMissingNode()).isTrue();
    assertThat(data.at("/facts/chosen by").asString()).isEqualTo("mean-depth 0.6");
  }

  @Test
  void thePageDrawsItsTableAndCharts() throws Exception {
    Path page = directory.resolve("tradeoff.html");
    sample("movielens-100k").write(directory);
    String dom = Browser.dom(page, directory);
    assertThat(dom).contains("<title>movielens-100k · OptiRAG trade-off</title>");
    assertThat(count(dom, "<svg")).isEqualTo(3);
    assertThat(dom).contains("within 50.0 %").contains("AUC on test").contains("Pareto front");
    assertThat(dom).contains("optirag-tradeoff version 1, 2026-11-24T12:00:00Z");
  }

  @Test
  void hostileTitlesStayText() throws Exception {
    Path page = directory.resolve("tradeoff.html");
    sample(HOSTILE).write(directory);
    String dom = Browser.dom(page, directory);
    assertThat(dom).doesNotContain("<title>owned").doesNotContain("<img");
    assertThat(count(dom, "<svg")).isEqualTo(3);
  }

  @Test
  void whatHasNoValueIsDrawnAllTheSame() throws Exception {
    TradeOffPoint none =
        new TradeOffPoint(new ExitPolicy.None(), 1, List.of(0, 4), 0.6, Double.NaN, 0.6, 0.7, 1, 1);
    TradeOffCurve curve = new TradeOffCurve(List.of(2, 6), List.of(Double.NaN, 0.6), List.of(none));
    List<HeadCalibration> calibrations =
        List.of(HeadCalibration.IDENTITY, HeadCalibration.IDENTITY);
    TradeOffReport report =
        new TradeOffReport(
            "bare",
            Instant.EPOCH,
            Map.of(),
            6,
            // A policy given by hand is no point of the curve.
            new ExitPlan(
                ExitPolicy.parse("fixed:1"),
                "by hand",
                calibrations,
                TraceScore.LAST,
                curve,
                List.of()),
            Optional.empty());
    assertThat(report.json().toString()).doesNotContain("NaN");
    Path page = directory.resolve("tradeoff.html");
    report.write(directory);
    String dom = Browser.dom(page, directory);
    assertThat(count(dom, "<svg")).isEqualTo(3);
    assertThat(dom).contains("<td>–</td>").doesNotContain("AUC on test");
  }

  static TradeOffReport sample(String title) {
    TradeOff tradeOff =
        TradeOff.of(SyntheticHeads.NOISY.draw(1500, -1, SEED), TradeOff.Answer.ALL_HEADS);
    ExitPlan plan = tradeOff.plan(new PolicyChoice.MeanDepth(0.6));
    return new TradeOffReport(
        title,
        Instant.parse("2026-11-24T12:00:00Z"),
        Map.of("data", "synthetic"),
        SyntheticHeads.DEPTH,
        plan,
        Optional.of(
            tradeOff.on(
                SyntheticHeads.NOISY.draw(3000, -1, SEED + 1),
                List.of(new ExitPolicy.None(), plan.policy()))));
  }

  private static JsonNode data(String page) {
    String open = "id=\"data\">";
    int from = page.indexOf(open) + open.length();
    return new ObjectMapper().readTree(page.substring(from, page.indexOf("</script>", from)));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}
