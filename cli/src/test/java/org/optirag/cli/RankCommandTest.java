package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ranking with the LLM as it was published: what it explains, and what it refuses. */
final class RankCommandTest extends TeapotShop {
  @Test
  void rankExplainsItsAnswer() {
    assertThat(
            run(
                "rank",
                "--dataset",
                "teapots",
                "--model",
                model,
                "--user",
                "u3",
                "--items",
                "i1,i2,i3",
                "--quiet",
                "--json"))
        .as(err.toString())
        .isZero();
    JsonNode answer = JsonMapper.shared().readTree(out.toString());
    assertThat(answer.path("context").asString()).contains("teapot");
    assertThat(answer.path("ranking").size()).isEqualTo(3);
    double before = 1;
    for (JsonNode ranked : answer.path("ranking")) {
      double probability = ranked.path("probability").asDouble();
      assertThat(probability).isBetween(0.0, before);
      before = probability;
    }
    assertThat(answer.path("candidates").path(0).asString()).contains("Teapot number");
    assertThat(answer.path("neighbours").size()).isPositive();
  }

  @Test
  void aColdCandidateBringsItsTextAndKeepsItsPlace() throws IOException {
    Path candidates = directory.resolve("cold.jsonl");
    Files.writeString(
        candidates,
        """
        {"id": "cold, new", "title": "Teapot of glass", "fields": {"maker": "Maker 9"}}
        "i2"
        """);
    String[] rank = {"rank", "--dataset", "teapots", "--model", model, "--user", "u3", "--json"};
    assertThat(run(with(rank, "-q", "--items", "i1", "--candidates", candidates.toString())))
        .as(err.toString())
        .isZero();
    JsonNode answer = JsonMapper.shared().readTree(out.toString());
    assertThat(
            answer
                .path("ranking")
                .valueStream()
                .map(each -> each.path("index").asInt() + " " + each.path("id").asString()))
        .containsExactlyInAnyOrder("0 i1", "1 cold, new", "2 i2");
    assertThat(answer.path("candidates").valueStream().map(JsonNode::asString))
        .anyMatch(text -> text.contains("Teapot of glass") && text.contains("Maker 9"));
    assertThat(run(with(rank, "-q", "--items", "i1,cold"))).isEqualTo(2);
    assertThat(err.toString()).contains("There is no item \"cold\" in teapots.");
    assertThat(run(with(rank, "-q", "--items", "i2", "--candidates", candidates.toString())))
        .isEqualTo(2);
    assertThat(err.toString()).contains("\"i2\" is given twice");
    assertThat(run(with(rank, "-q"))).isEqualTo(2);
    assertThat(err.toString()).contains("Nothing says what to rank.");
  }

  @Test
  void anUnknownUserIsNamedWithSomeThatExist() {
    assertThat(
            run(
                "rank",
                "--dataset",
                "teapots",
                "--model",
                model,
                "--user",
                "nobody",
                "--items",
                "i1",
                "--quiet"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("\"nobody\"").contains("u0").doesNotContain("\tat ");
  }

  @Test
  void anUnknownItemIsNamed() {
    assertThat(
            run(
                "rank",
                "--dataset",
                "teapots",
                "--model",
                model,
                "--user",
                "u1",
                "--items",
                "i1,kettle",
                "--quiet"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("\"kettle\"");
  }

  private String refusedToRank(String... more) {
    String[] rank = {"rank", "--dataset", "teapots", "--model", model, "--quiet"};
    assertThat(run(with(rank, more))).as(err.toString()).isEqualTo(2);
    return err.toString();
  }

  @Test
  void theNearestUserComesFirst() {
    assertThat(refusedToRank("--user", "U17", "--items", "i1"))
        .contains("There is no user \"U17\" in teapots.")
        .contains("  Did you mean 'u17'? Its 30 users begin with [");
  }

  @Test
  void theNearestItemComesFirstAndTheWayOutIsNamed() {
    assertThat(refusedToRank("--user", "u1", "--items", "I-7"))
        .contains("There is no item \"I-7\" in teapots.")
        .contains("  Did you mean 'i7'? Its 40 items begin with [")
        .contains("--candidates (see 'optirag rank --help')")
        .contains("rules: {all-items: true}");
  }

  @Test
  void aCandidateOfAFileIsNamedWithItsLine() throws IOException {
    Path file = Files.writeString(directory.resolve("unknown.jsonl"), "\"i1\"\n\n\"kettle\"\n");
    assertThat(refusedToRank("--user", "u1", "--candidates", file.toString()))
        .contains(file + ":3: There is no item \"kettle\" in teapots.")
        .contains("Give the title of any other beside its id");
    Path cut =
        Files.writeString(directory.resolve("cut.jsonl"), "{\"id\": \"n\", \"title\": \"A\"\n");
    assertThat(refusedToRank("--user", "u1", "--candidates", cut.toString()))
        .contains(cut + ":1: Unexpected end-of-input: expected close marker for Object at column ")
        .doesNotContain("Source", "StreamReadFeature");
  }

  @Test
  void anIdThatIsGivenTwiceIsRefusedWhereverItStands() throws IOException {
    assertThat(refusedToRank("--user", "u1", "--items", "i1,i2, i1"))
        .contains("The candidate \"i1\" is given twice.");
    Path file = Files.writeString(directory.resolve("twice.jsonl"), "\"i3\"\n\"i1\"\n");
    assertThat(refusedToRank("--user", "u1", "--items", "i1", "--candidates", file.toString()))
        .contains(file + ":2: The candidate \"i1\" is given twice.");
    Path alone = Files.writeString(directory.resolve("alone.jsonl"), "\"i3\"\n\"i3\"\n");
    assertThat(refusedToRank("--user", "u1", "--candidates", alone.toString()))
        .contains(alone + ":2: The candidate \"i3\" is given twice.");
  }

  @Test
  void aPolicyWithoutABundleIsRefused() {
    String[] rank = {"rank", "--dataset", "teapots", "--user", "u1", "--items", "i1", "--quiet"};
    assertThat(run(with(rank, "--policy", "fixed:1"))).isEqualTo(2);
    assertThat(err.toString()).contains("--policy goes with a bundle").contains("Give --bundle");
    assertThat(run("evaluate", "teapots", "--policy", "chosen", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("--policy goes with a bundle");
  }
}
