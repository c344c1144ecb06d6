package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Evaluation on a small shop, and what commands refuse before they begin. */
final class CommandsTest extends TeapotShop {
  @Test
  void evaluatePrintsATableAndWritesResultsAndReport() throws IOException {
    Path runs = directory.resolve("run");
    assertThat(
            run(
                "evaluate",
                "teapots",
                "--model",
                model,
                "--most",
                "8",
                "--out",
                runs.toString(),
                "--quiet",
                "--retriever",
                "none,popular,bm25,semantic,gcn"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("UAUC").contains("semantic").contains("against bias");
    JsonNode results =
        JsonMapper.shared().readTree(Files.readAllBytes(runs.resolve("results.json")));
    assertThat(results.path("results").size()).isEqualTo(7);
    assertThat(results.path("results").path(1).path("name").asString()).isEqualTo("features");
    assertThat(results.path("results").path(6).path("name").asString()).isEqualTo("gcn");
    assertThat(results.path("results").path(6).path("impressions").asInt()).isEqualTo(8);
    assertThat(Files.readString(runs.resolve("report.html"))).contains("teapots");
  }

  @Test
  void anUnknownRetrieverIsRefusedBeforeAnythingIsLoaded() {
    assertThat(run("evaluate", "teapots", "--retriever", "oracle", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("oracle").contains("semantic");
  }

  @Test
  void whatCannotBeTrainedOrTimedIsToldAtOnce() {
    assertThat(run("train", "teapots", "--dtype", "int8")).isEqualTo(2);
    assertThat(err.toString()).contains("8 bits cannot be trained");
    assertThat(run("train", "teapots", "--fit", "-1")).isEqualTo(2);
    assertThat(err.toString()).contains("--fit -1 is no number of impressions");
    assertThat(run("bench", "--rounds", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("0 rounds are not possible");
    assertThat(run("bench", "--clock", "cpu", "--threads", "2")).isEqualTo(2);
    assertThat(err.toString()).contains("--clock cpu counts the seconds of one thread");
    assertThat(run("bench", "--peers", "llama.cpp:BF16,lama.cpp")).isEqualTo(2);
    assertThat(err.toString()).contains("There is no peer \"lama.cpp\"");
    assertThat(run("bench", "--clock", "sun")).isEqualTo(2);
    assertThat(err.toString()).contains("--clock");
  }

  @Test
  void slicesAndLabelsDealtAnewNeedNoLlm() throws IOException {
    Path runs = directory.resolve("sliced");
    assertThat(
            run(
                "evaluate",
                "teapots",
                "--model",
                "no model at all",
                "--retriever=",
                "--baseline",
                "bias,features",
                "--slices",
                "--permute-labels",
                "--out",
                runs.toString(),
                "--quiet"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^slice .*against the first")
        .contains("item seen");
    JsonNode results =
        JsonMapper.shared().readTree(Files.readAllBytes(runs.resolve("results.json")));
    assertThat(results.at("/facts/labels").asString()).isEqualTo("dealt anew at random");
    assertThat(results.at("/facts/backbone").isMissingNode()).isTrue();
    assertThat(results.at("/slices/0/results/1/againstFirst/auc").isObject()).isTrue();
  }

  @Test
  void kindsOfFeaturesThatThereAreNotAreToldBeforeAnythingIsLoaded() {
    assertThat(
            run(
                "evaluate",
                "kettles",
                "--retriever=",
                "--baseline",
                "trees:graph+smell",
                "--quiet"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("\"smell\"").contains("optirag model embedder");
    assertThat(run("train", "kettles", "--features", "graph,smell", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("\"smell\"");
    assertThat(
            run(
                "model",
                "embedder",
                "smell",
                "--onnx",
                directory.resolve("none.onnx").toString(),
                "--tokenizer",
                directory.resolve("none.json").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("none.onnx").contains("exported to ONNX");
  }

  @Test
  void whoeverNamesNothingToScoreIsTold() {
    assertThat(run("evaluate", "teapots", "--baseline=", "--retriever=", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("Nothing is to be scored").contains("--bundle");
  }

  @Test
  void anUnknownDataSetNamesThoseThereAre() {
    assertThat(run("evaluate", "kettles", "--model", model, "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("kettles").contains("teapots");
  }

  @Test
  void aModelThatDoesNotExistSaysWhichNamesAreKnown() {
    assertThat(run("model", "pull", "nothing-of-the-kind", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("nothing-of-the-kind").contains("smollm2-135m-instruct");
  }
}
