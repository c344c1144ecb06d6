package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Experiments of a file. */
final class ExperimentCommandTest extends TeapotShop {
  @Test
  void anExperimentIsRunOnceAndTakenUpAgain() throws IOException {
    Path file = directory.resolve("experiment.yaml");
    Files.writeString(
        file,
        """
        name: pots
        datasets: [teapots]
        seeds: [1, 2]
        evaluate: {most: 8, model: '%1$s'}
        baselines: [bias, item-knn]
        zero-shot: [none]
        trainings:
          - method: optirag
            options:
              {model: '%1$s', exits: [[1, 2]], rank: 2, examples: 30, validation: 20,
               batch-tokens: 1500, history: 4}
        """
            .formatted(model));
    Path runs = directory.resolve("experiment");
    String[] command = {"experiment", file.toString(), "--out", runs.toString(), "--quiet"};
    assertThat(run("experiment", file.toString(), "--out", runs.toString(), "--only", "zero"))
        .as(err.toString())
        .isZero();
    assertThat(
            JsonMapper.shared()
                .readTree(Files.readAllBytes(runs.resolve("results.json")))
                .valueStream()
                .map(row -> row.path("method").asString()))
        .containsExactly("zero-shot");
    assertThat(run("experiment", file.toString(), "--out", runs.toString(), "--only", "oven", "-q"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("oven").contains("teapots/optirag-2");
    assertThat(run(command)).as(err.toString()).isZero();
    JsonNode rows = JsonMapper.shared().readTree(Files.readAllBytes(runs.resolve("results.json")));
    assertThat(rows.valueStream().map(row -> row.path("method").asString()))
        .containsExactly("bias", "item-knn", "zero-shot", "optirag", "optirag");
    assertThat(rows.at("/0/seeds").size()).isEqualTo(2);
    assertThat(rows.at("/3/policy").asString()).isEqualTo("none");
    assertThat(rows.at("/3/heads").valueStream().map(JsonNode::asInt)).containsExactly(0, 1, 2);
    assertThat(rows.at("/3/meanDepth").asDouble()).isEqualTo(2.0 / 30);
    assertThat(rows.at("/4/command").asString()).contains("optirag train teapots");
    assertThat(runs.resolve("teapots/optirag-2/tradeoff.json")).exists();

    Path trained = runs.resolve("teapots/optirag-1/bundle/bundle.json");
    byte[] before = Files.readAllBytes(trained);
    Files.delete(runs.resolve("results.json"));
    assertThat(run(command)).as(err.toString()).isZero();
    assertThat(Files.readAllBytes(trained)).isEqualTo(before); // it names the time of its making
    assertThat(JsonMapper.shared().readTree(Files.readAllBytes(runs.resolve("results.json"))))
        .isEqualTo(rows);
  }

  @Test
  void anExperimentThatFailsNamesTheCommand() throws IOException {
    Path file = directory.resolve("failing.yaml");
    Files.writeString(
        file,
        "name: pots\ndatasets: [kettles]\nbaselines: [bias]\nevaluate: {model: '%s'}\n"
            .formatted(model));
    assertThat(
            run(
                "experiment",
                file.toString(),
                "--out",
                directory.resolve("failing").toString(),
                "--quiet"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("optirag evaluate kettles")
        .contains("There is no imported data set")
        .contains("teapots");
  }
}
