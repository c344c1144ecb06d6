package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.store.TableFile;
import org.optirag.recommender.Recommender;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A bundle from its training to its answers. */
final class BundleCommandsTest extends TeapotShop {
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
}
