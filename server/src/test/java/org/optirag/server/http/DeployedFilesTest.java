package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts, dashboard and runbook speak of metrics and alerts that there are. */
class DeployedFilesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LITERAL = Pattern.compile("\"(optirag(?:\\.[a-z]+)+)\"");
  private static final Pattern NAME = Pattern.compile("\\boptirag(?:_[a-z]+)+");
  private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");
  private static final Pattern HEADING = Pattern.compile("(?m)^## (Optirag\\w+)");
  private static final List<String> ENDINGS =
      List.of("", "_total", "_bucket", "_sum", "_count", "_max", "_seconds");

  @Test
  void everyMetricIsOneThatTheServiceHas() {
    Set<String> known = new TreeSet<>();
    for (String source : sources()) {
      for (String name : all(LITERAL, source)) {
        for (String ending : ENDINGS) {
          known.add(name.replace('.', '_') + ending);
          known.add(name.replace('.', '_') + "_seconds" + ending);
        }
      }
    }
    assertThat(known).contains("optirag_rank_seconds_bucket", "optirag_exit_share");
    for (String file : List.of("deploy/alerts.yaml", "deploy/grafana.json", "docs/runbook.md")) {
      assertThat(all(NAME, text(ROOT.resolve(file)))).as(file).isNotEmpty().isSubsetOf(known);
    }
  }

  @Test
  void everyAlertIsInTheRunbookAndNoOther() {
    assertThat(all(HEADING, text(ROOT.resolve("docs/runbook.md"))))
        .containsExactlyElementsOf(all(ALERT, text(ROOT.resolve("deploy/alerts.yaml"))));
  }

  @Test
  void theDashboardsPanelsAskPrometheus() {
    JsonNode panels =
        JsonMapper.shared().readTree(text(ROOT.resolve("deploy/grafana.json"))).get("panels");
    assertThat(panels).isNotEmpty();
    for (JsonNode panel : panels) {
      assertThat(panel.get("title").asString()).isNotBlank();
      assertThat(panel.get("datasource").get("type").asString()).isEqualTo("prometheus");
      assertThat(panel.get("targets")).isNotEmpty();
      for (JsonNode target : panel.get("targets")) {
        assertThat(target.get("expr").asString()).contains("optirag_");
      }
    }
  }

  private static Collection<String> all(Pattern pattern, String text) {
    return new TreeSet<>(pattern.matcher(text).results().map(DeployedFilesTest::found).toList());
  }

  private static String found(MatchResult match) {
    return match.groupCount() == 0 ? match.group() : match.group(1);
  }

  private static List<String> sources() {
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(DeployedFilesTest::text)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
