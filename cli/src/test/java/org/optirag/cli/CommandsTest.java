package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.store.ModelStore;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands on a small shop, with the real default model. */
final class CommandsTest {
  private static final long SEED = 5;

  @TempDir private static Path directory;
  private static String model = "";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void importAShop() throws IOException {
    model =
        new ModelStore(CacheDirectory.standard())
            .require(PipelineSettings.DEFAULT_MODEL, Progress.silent())
            .toString();
    System.setProperty("optirag.cache", directory.resolve("cache").toString());
    Path shop = Files.createDirectories(directory.resolve("shop"));
    StringBuilder ratings = new StringBuilder("who,what,stars,at\n");
    Random random = new Random(SEED);
    for (int i = 0; i < 600; i++) {
      ratings.append(
          "u%d,i%d,%d,%d%n"
              .formatted(
                  random.nextInt(30), random.nextInt(40), 1 + random.nextInt(5), 1_000_000 + i));
    }
    Files.writeString(shop.resolve("ratings.csv"), ratings);
    StringBuilder products = new StringBuilder("sku,name,maker\n");
    for (int i = 0; i < 40; i++) {
      products.append("i%d,Teapot number %d,Maker %d%n".formatted(i, i, i % 7));
    }
    Files.writeString(shop.resolve("products.csv"), products);
    Files.writeString(
        shop.resolve("mapping.yaml"),
        """
        name: teapots
        noun: teapot
        interactions: {file: ratings.csv, user: who, item: what, rating: stars, time: at}
        items: {file: products.csv, id: sku, title: name, fields: {maker: maker}}
        rules: {liked-from: 4}
        """);
    StringWriter said = new StringWriter();
    int exit =
        Main.commandLine()
            .setOut(new PrintWriter(said, true))
            .execute(
                "data",
                "import",
                shop.toString(),
                "--mapping",
                shop.resolve("mapping.yaml").toString(),
                "--quiet");
    assertThat(exit).as(said.toString()).isZero();
  }

  @AfterAll
  static void useTheStandardCacheAgain() {
    System.clearProperty("optirag.cache");
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

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
    assertThat(results.path("results").size()).isEqualTo(6);
    assertThat(results.path("results").path(5).path("name").asString()).isEqualTo("gcn");
    assertThat(results.path("results").path(5).path("impressions").asInt()).isEqualTo(8);
    assertThat(Files.readString(runs.resolve("report.html"))).contains("teapots");
  }

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
  void aBundleIsTrainedCalibratedEvaluatedAndAsked() throws IOException {
    Path bundle = directory.resolve("bundle");
    assertThat(
            run(
                "train",
                "teapots",
                "--model",
                model,
                "--quiet",
                "--exits",
                "1,2,3",
                "--rank",
                "2",
                "--examples",
                "40",
                "--validation",
                "20",
                "--batch-tokens",
                "1500",
                "--history",
                "4",
                "--split",
                "last-out",
                "--out",
                bundle.toString(),
                "--work",
                directory.resolve("work").toString()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("head AUC").contains("Policy");
    Path curve = directory.resolve("curve");
    assertThat(
            run(
                "calibrate",
                bundle.toString(),
                "--mean-depth",
                "0.1",
                "--out",
                curve.toString(),
                "--quiet",
                "--json"))
        .as(err.toString())
        .isZero();
    assertThat(curve.resolve("tradeoff.html")).isNotEmptyFile();
    Path runs = directory.resolve("bundle-run");
    assertThat(
            run(
                "evaluate",
                "--bundle",
                bundle.toString(),
                "--policy",
                "none;chosen;fixed:1;fixed:2",
                "--most",
                "8",
                "--quiet",
                "--out",
                runs.toString()))
        .as(err.toString())
        .isZero();
    JsonNode evaluated =
        JsonMapper.shared().readTree(Files.readAllBytes(runs.resolve("results.json")));
    assertThat(evaluated.at("/facts/split").asString()).contains("LeaveLastOut");
    JsonNode results = evaluated.path("results");
    assertThat(results.size()).isEqualTo(5);
    assertThat(results.path(1).path("meanDepth").asDouble()).isEqualTo(0.1);
    assertThat(results.path(3).path("meanDepth").asDouble()).as("head 0").isZero();
    assertThat(results.path(4).path("meanDepth").asDouble()).isEqualTo(1.0 / 30);
    assertThat(
            run(
                "rank",
                "--bundle",
                bundle.toString(),
                "--user",
                "u3",
                "--items",
                "i1,i2",
                "--quiet"))
        .as(err.toString())
        .isZero();
    assertThat(runs.resolve("tradeoff.json")).isNotEmptyFile();
    Path validated = directory.resolve("bundle-validated");
    assertThat(
            run(
                "evaluate",
                "--bundle",
                bundle.toString(),
                "--policy",
                "none",
                "--part",
                "validation",
                "--most",
                "4",
                "--quiet",
                "--out",
                validated.toString()))
        .as(err.toString())
        .isZero();
    assertThat(validated.resolve("tradeoff.json")).as("it would call them test").doesNotExist();
    assertThat(run("evaluate", "--bundle", bundle.toString(), "--permute-labels", "--quiet"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("seen the labels as they are");
    Path heads = bundle.resolve("heads.safetensors");
    byte[] bytes = Files.readAllBytes(heads);
    bytes[bytes.length - 1] ^= 1;
    Files.write(heads, bytes);
    assertThat(run("evaluate", "--bundle", bundle.toString(), "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("heads.safetensors").contains("altered");
  }

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
