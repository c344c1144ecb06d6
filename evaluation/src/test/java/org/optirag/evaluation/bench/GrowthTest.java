package org.optirag.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.evaluation.bench.GrowthCurve.Point;
import org.optirag.workspace.Progress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class GrowthTest {
  private static GrowthCurve curve(Point... points) {
    return new GrowthCurve("edges", "edges", 1, "each is followed", List.of(points));
  }

  @Test
  void theSlopeIsThatOfTheLastDecade() {
    // Constant at first, then in proportion, then a square: only the last counts.
    GrowthCurve square =
        curve(
            new Point(1, 5, 1),
            new Point(10, 5, 1),
            new Point(100, 50, 1),
            new Point(1_000, 5_000, 1));
    assertThat(square.slope()).isCloseTo(2, within(1e-9));
    GrowthCurve three = curve(new Point(100, 1, 1), new Point(300, 3, 1), new Point(1_000, 10, 1));
    assertThat(three.slope()).isCloseTo(1, within(1e-9));
  }

  @Test
  void twoPointsFarApartStillHaveASlope() {
    assertThat(curve(new Point(1, 3, 1), new Point(10_000, 3, 1)).slope())
        .isCloseTo(0, within(1e-9));
  }

  @Test
  void sizesAscend() {
    assertThatThrownBy(() -> curve(new Point(10, 1, 1), new Point(10, 1, 1)))
        .hasMessage("edges: 10 after 10");
    assertThatThrownBy(() -> curve(new Point(10, 1, 1))).hasMessage("edges has 1 points");
  }

  @Test
  void curvesAreMeasuredAtTheSizesAskedForAndWritten(@TempDir Path directory) throws Exception {
    Progress.Task task = Progress.silent().begin("measure", 4, "point");
    Growth growth = new Growth(task);
    GrowthReport report =
        new GrowthReport(
            "How costs grow",
            Instant.EPOCH,
            Map.of("model", "</script>"),
            List.of(growth.edges(1_000, 2_000), growth.usersExact(300, 600)));
    report.write(directory);
    JsonNode rows = JsonMapper.shared().readTree(directory.resolve(GrowthReport.ROWS).toFile());
    assertThat(rows.size()).isEqualTo(4);
    assertThat(rows.get(1).get("curve").asString()).isEqualTo("edges");
    assertThat(rows.get(1).get("size").asLong()).isEqualTo(2_000);
    assertThat(rows.get(3).get("seconds").asDouble()).isPositive();
    assertThat(rows.get(3).get("expectedSlope").asDouble()).isEqualTo(1);
    String page = Files.readString(directory.resolve(GrowthReport.PAGE));
    assertThat(page).contains("optirag-growth").doesNotContain("\"model\":\"</script>");
  }
}
