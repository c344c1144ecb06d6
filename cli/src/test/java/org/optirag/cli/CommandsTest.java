package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.store.ModelStore;
import org.optirag.dataset.store.TableFile;
import org.optirag.recommender.Recommender;
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
    assertThat(results.path("results").size()).isEqualTo(7);
    assertThat(results.path("results").path(1).path("name").asString()).isEqualTo("features");
    assertThat(results.path("results").path(6).path("name").asString()).isEqualTo("gcn");
    assertThat(results.path("results").path(6).path("impressions").asInt()).isEqualTo(8);
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

  private static String[] with(String[] command, String... more) {
    return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
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
                "--force",
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
    assertThat(evaluated.at("/facts/split").asString()).contains("each user's last for test");
    JsonNode results = evaluated.path("results");
    assertThat(results.size()).isEqualTo(6);
    assertThat(results.path(0).path("name").asString()).isEqualTo("features");
    assertThat(results.path(1).path("name").asString()).isEqualTo("trees");
    assertThat(results.path(2).path("meanDepth").asDouble()).isEqualTo(0.1);
    assertThat(results.path(4).path("meanDepth").asDouble()).as("head 0").isZero();
    assertThat(results.path(5).path("meanDepth").asDouble()).isEqualTo(1.0 / 30);
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
    aTableIsScoredAndGoesOnWhereItWas(bundle);
    predictionsAreWrittenRowByRow(bundle);
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
    for (String fixed : List.of("--model=smollm2-360m", "--chat=llama3", "--history=3")) {
      assertThat(run("evaluate", "--bundle", bundle.toString(), fixed, "--quiet")).isEqualTo(2);
      assertThat(err.toString()).contains(fixed.replaceFirst("=.*", " has no effect"));
    }
    Path heads = bundle.resolve("heads.safetensors");
    byte[] bytes = Files.readAllBytes(heads);
    bytes[bytes.length - 1] ^= 1;
    Files.write(heads, bytes);
    assertThat(run("evaluate", "--bundle", bundle.toString(), "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("heads.safetensors").contains("altered");
  }

  private static List<List<String>> table(Path file, String... columns) {
    List<List<String>> rows = new ArrayList<>();
    TableFile.read(file, List.of(columns), List.of(), values -> rows.add(new ArrayList<>(values)));
    return rows;
  }

  private void aTableIsScoredAndGoesOnWhereItWas(Path bundle) throws IOException {
    Path pairs = directory.resolve("pairs.csv");
    Files.writeString(
        pairs,
        """
        user,item,time,title,mine
        u3,i2,,,x
        u9,i1,,,
        u3,i1,,,
        u3,"cold, new",,Teapot of glass,
        u3,i2,,,
        u3,nothing,,,
        nobody,i1,,,
        u3,i1,2000000,,
        """);
    Path csv = directory.resolve("scores.csv");
    String[] score = {
      "score", "--bundle", bundle.toString(), "--input", pairs.toString(), "--quiet", "--out"
    };
    assertThat(run(with(score, csv.toString()))).as(err.toString()).isZero();
    assertThat(err.toString()).contains("2 rows could not be scored");
    List<List<String>> scored = table(csv, "user", "item", "pctr", "unscored");
    assertThat(scored)
        .extracting(row -> row.get(0) + " " + row.get(1))
        .containsExactly(
            "u3 i2", "u9 i1", "u3 i1", "u3 cold, new", "u3 i2", "u3 nothing", "nobody i1", "u3 i1");
    assertThat(scored.get(4).get(2)).as("a repeated row").isEqualTo(scored.get(0).get(2));
    assertThat(scored.get(3).get(2)).isNotNull();
    assertThat(scored.get(5)).endsWith(null, "the item is not known and brings no title");
    assertThat(scored.get(6)).endsWith(null, "the user is not known");
    try (Recommender recommender = Recommender.builder(bundle, "teapots").open()) {
      assertThat(Double.parseDouble(scored.get(1).get(2)))
          .isCloseTo(
              recommender.rank("u9", List.of("i1")).items().getFirst().probability(),
              within(1e-4)); // a shared context goes through products of other shapes
    }
    assertThat(run(with(score, csv.toString()))).isEqualTo(2);
    assertThat(err.toString()).contains(csv + " exists already.");

    Path parquet = directory.resolve("scores.parquet");
    Path parts = directory.resolve(".scores.parquet.parts");
    Files.createDirectories(parts);
    Files.writeString(parts.resolve("how"), "of another table");
    assertThat(run(with(score, parquet.toString()))).isEqualTo(2);
    assertThat(err.toString()).contains("of another table, bundle or setting");
    Files.delete(parts.resolve("how"));
    assertThat(run(with(score, parquet.toString()))).as(err.toString()).isZero();
    assertThat(table(parquet, "user", "item", "pctr", "unscored")).isEqualTo(scored);
    assertThat(parts).doesNotExist();

    Path blocked = directory.resolve("blocked.parquet");
    Files.createDirectories(blocked.resolve("in the way"));
    assertThat(run(with(score, blocked.toString(), "--force"))).isEqualTo(2);
    assertThat(err.toString()).contains("Cannot write " + blocked);
    Files.delete(blocked.resolve("in the way"));
    Files.delete(blocked);
    assertThat(run(with(score, blocked.toString()))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("8 rows, 0 of them scored now");
    assertThat(table(blocked, "user", "item", "pctr", "unscored")).isEqualTo(scored);

    Files.writeString(pairs, "user,item,time\nu3,i1,5\n");
    assertThat(run(with(score, directory.resolve("early.csv").toString()))).isEqualTo(2);
    assertThat(err.toString()).contains("row 1, time: 5 lies within the training part");
    Files.writeString(pairs, "user,what\nu3,i1\n");
    assertThat(run(with(score, directory.resolve("none.csv").toString()))).isEqualTo(2);
    assertThat(err.toString()).contains("has no column 'item'; it has [user, what]");
    assertThat(run(with(score, directory.resolve("none.xlsx").toString()))).isEqualTo(2);
    assertThat(err.toString()).contains(".parquet or .csv");
  }

  private void predictionsAreWrittenRowByRow(Path bundle) throws IOException {
    String[] names = {
      "scorer",
      "policy",
      "user",
      "item",
      "request",
      "time",
      "asked_at",
      "label",
      "probability",
      "exit_block",
      "depth"
    };
    List<List<List<String>>> both = new ArrayList<>();
    for (String ending : List.of("csv", "parquet")) {
      Path file = directory.resolve("predictions." + ending);
      Path runs = directory.resolve("predicted-" + ending);
      String[] evaluate = {
        "evaluate",
        "--bundle",
        bundle.toString(),
        "--policy",
        "none;fixed:1",
        "--baseline",
        "bias",
        "--most",
        "8",
        "-q",
        "--out",
        runs.toString(),
        "--predictions",
        file.toString()
      };
      assertThat(run(evaluate)).as(err.toString()).isZero();
      both.add(table(file, names));
      assertThat(run(evaluate)).isEqualTo(2);
      assertThat(err.toString()).contains(file + " exists already.");
    }
    List<List<String>> rows = both.getFirst();
    assertThat(rows).isEqualTo(both.getLast()).hasSize(3 * 8);
    assertThat(rows).extracting(List::getFirst).contains("bias", "optirag none", "optirag fixed:1");
    for (List<String> row : rows) {
      boolean llm = row.getFirst().startsWith("optirag");
      assertThat(row.get(1)).isEqualTo(llm ? row.getFirst().substring(8) : null);
      assertThat(row.get(2)).startsWith("u");
      assertThat(row.get(3)).startsWith("i");
      assertThat(Double.parseDouble(row.get(8))).isBetween(0.0, 1.0);
      assertThat(row.get(7)).isIn("true", "false");
      assertThat(row.get(9)).isEqualTo(!llm ? null : row.get(1).equals("none") ? "3" : "0");
      assertThat(row.get(10) == null).isEqualTo(!llm);
    }
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
  void aPolicyWithoutABundleIsRefused() {
    String[] rank = {"rank", "--dataset", "teapots", "--user", "u1", "--items", "i1", "--quiet"};
    assertThat(run(with(rank, "--policy", "fixed:1"))).isEqualTo(2);
    assertThat(err.toString()).contains("--policy goes with a bundle").contains("Give --bundle");
    assertThat(run("evaluate", "teapots", "--policy", "chosen", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("--policy goes with a bundle");
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
