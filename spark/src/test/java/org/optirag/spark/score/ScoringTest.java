package org.optirag.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.DType;
import org.optirag.spark.LocalSpark;
import org.optirag.spark.table.TableFormat;
import org.optirag.workspace.UserException;

/** On the shipped bundle, its data and its backbone. */
final class ScoringTest {
  private static final long SEED = 3;

  /**
   * A context that is remembered goes through products of other shapes, which some processors round
   * otherwise.
   */
  private static final double ROUNDING = 1e-5;

  private static final StructType PAIRS =
      new StructType()
          .add("user", DataTypes.StringType)
          .add("item", DataTypes.StringType)
          .add("time", DataTypes.LongType);

  private static SingleMachine single;
  private static ScoringSettings settings;
  private static List<Row> impressions;
  private static Map<String, Double> expected;

  @TempDir private Path directory;

  private final SparkSession spark = LocalSpark.session();

  /** Lists without a time, and rows of moments with one or several candidates. */
  @BeforeAll
  static void scoreOnOneMachine() {
    single = SingleMachine.open();
    settings =
        Scoring.settings(
            SingleMachine.BUNDLE.toString(),
            single.directory().toString(),
            null,
            SingleMachine.POLICY,
            DType.F32,
            4);
    impressions = new ArrayList<>();
    expected = new LinkedHashMap<>();
    long late = single.afterAll();
    for (String user : List.of("42", "196", "655", "7")) {
      expect(user, null, late, List.of("181", "258", "50"));
      expect(user, late + 5, late + 5, List.of("100"));
    }
    // Six candidates are more than go on one context: they are cut in the order of their ids.
    expect("13", null, late, List.of("1", "10", "11", "12"));
    expect("13", null, late, List.of("13", "14"));
    Collections.shuffle(impressions, new Random(SEED));
  }

  private static void expect(String user, @Nullable Long time, long moment, List<String> items) {
    double[] scores = single.score(user, items, moment);
    for (int i = 0; i < scores.length; i++) {
      impressions.add(RowFactory.create(user, items.get(i), time));
      expected.put(user + " " + items.get(i) + " " + time, scores[i]);
    }
  }

  private Dataset<Row> table() {
    return spark.createDataFrame(impressions, PAIRS);
  }

  @Test
  void equalsTheSingleMachineHoweverRowsAreSpread() {
    assertThat(impressions).hasSize(22);
    for (int partitions : new int[] {1, 3}) {
      assertExpected(Scoring.score(table().repartition(4), settings, partitions));
    }
    Dataset<Row> lists =
        table()
            .groupBy("user", "time")
            .agg(org.apache.spark.sql.functions.collect_list("item").as("items"));
    assertExpected(Scoring.score(lists, settings, 2));
  }

  @Test
  void repeatedRowsCountOnceAndUnknownIdsGetNoProbability() {
    List<Row> rows = new ArrayList<>(impressions.subList(0, 2));
    rows.addAll(impressions.subList(0, 2));
    rows.add(RowFactory.create("nobody", "50", null));
    rows.add(RowFactory.create("42", "no such film", null));
    List<Row> scored =
        Scoring.score(spark.createDataFrame(rows, PAIRS), settings, 1).collectAsList();
    assertThat(scored).hasSize(4);
    assertThat(scored)
        .filteredOn(row -> row.get(3) == null)
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder("nobody", "42");
    assertThat(scored)
        .extracting(row -> row.getString(5))
        .containsExactlyInAnyOrder(null, null, "the user is not known", "the item is not known");
  }

  @Test
  void rowsThatCannotBeScoredAreCounted() {
    List<Row> rows = new ArrayList<>(impressions.subList(0, 2));
    rows.add(RowFactory.create("nobody", "50", null));
    rows.add(RowFactory.create("42", "no such film", null));
    rows.add(RowFactory.create("42", null, null));
    rows.add(RowFactory.create(null, "50", null));
    ScoreReport report =
        new ScoreWaves(directory.resolve("counted").toString(), TableFormat.PARQUET, 2, 2)
            .run(spark, spark.createDataFrame(rows, PAIRS), settings);
    assertThat(report.impressions()).isEqualTo(2);
    assertThat(report.unscored()).isEqualTo(4);
  }

  @Test
  void aQueryScoresByFunctions() {
    PctrFunctions.register(spark, settings);
    double alone = single.score("42", List.of("50"), single.afterAll())[0];
    double[] list = single.score("42", List.of("50", "258"), single.afterAll());
    Row row =
        spark
            .sql(
                "SELECT optirag_pctr('42', '50'), optirag_pctr_at('42', '50', "
                    + single.afterAll()
                    + "), optirag_pctr('42', 'none'), optirag_pctrs('42', array('50', 'x', '258'))")
            .head();
    assertThat(row.getDouble(0)).isCloseTo(alone, within(ROUNDING));
    assertThat(row.getDouble(1)).isCloseTo(alone, within(ROUNDING));
    assertThat(row.isNullAt(2)).isTrue();
    List<Double> found = row.getList(3);
    assertThat(found.get(0)).isCloseTo(list[0], within(ROUNDING));
    assertThat(found.get(1)).isNull();
    assertThat(found.get(2)).isCloseTo(list[1], within(ROUNDING));
  }

  @Test
  void aJobStartedAgainDoesOnlyTheWavesThatAreMissing() throws IOException {
    Path output = directory.resolve("scores");
    ScoreWaves waves = new ScoreWaves(output.toString(), TableFormat.PARQUET, 3, 2);
    ScoreReport report = waves.run(spark, table(), settings);
    assertThat(report.waves()).isEqualTo(3);
    assertThat(report.impressions()).isEqualTo(22);
    assertThat(report.requests()).isEqualTo(10);
    assertThat(report.scorerSeconds()).isPositive().isLessThan(report.taskSeconds());
    assertThat(waves.run(spark, table(), settings).waves()).isEqualTo(0);
    Files.delete(output.resolve("wave=1/_SUCCESS")); // as if it had been interrupted there
    Files.writeString(output.resolve("wave=1/part-half"), "half a file");
    assertThat(waves.run(spark, table(), settings).waves()).isEqualTo(1);
    assertExpected(spark.read().parquet(output.toString()).drop("wave"));
    ScoringSettings others =
        Scoring.settings(settings.bundle(), settings.data(), null, "none", DType.F32, 4);
    assertThatThrownBy(() -> waves.run(spark, table(), others))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("was begun with")
        .hasMessageContaining("policy=" + SingleMachine.POLICY);
  }

  /** A format that is not one of files by its name stands for those that keep a log. */
  @Test
  void aFormatOfTablesHasAllWavesInOne() {
    TableFormat format =
        new TableFormat("org.apache.spark.sql.execution.datasources.orc.OrcFileFormat");
    String output = directory.resolve("table").toString();
    ScoreWaves waves = new ScoreWaves(output, format, 3, 1);
    assertThat(waves.run(spark, table(), settings).waves()).isEqualTo(3);
    Dataset<Row> scored = format.read(spark, output);
    assertExpected(scored.drop("wave"));
    assertThat(waves.run(spark, table(), settings).waves()).isEqualTo(0);
    String ended = directory.resolve("ended").toString();
    format.append(scored.filter("wave <> 1"), ended, "wave");
    assertThat(new ScoreWaves(ended, format, 3, 1).run(spark, table(), settings).waves())
        .isEqualTo(1);
    assertExpected(format.read(spark, ended).drop("wave"));
  }

  @Test
  void mistakesAreNamed() throws IOException {
    assertThatThrownBy(() -> Scoring.requests(table().drop("item")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("have the columns [user, time]");
    assertThatThrownBy(() -> Scoring.settings("nowhere", "nowhere", null, "chosen", DType.F32, 4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nowhere/bundle.json");
    Path other = directory.resolve("bundle.json");
    Files.writeString(other, "{}");
    assertThatThrownBy(() ->
            Fetched.directory(
                directory.toString(),
                "bundle.json",
                settings.bundleSha(),
                org.optirag.workspace.CacheDirectory.standard()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has the sha256")
        .hasMessageContaining("Put the same directory on every node");
    assertThatThrownBy(
            () -> ProcessScorers.of(settings).score("1", List.of("1"), OptionalLong.of(1)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("lies within the training part");
  }

  private static void assertExpected(Dataset<Row> scored) {
    List<Row> rows = scored.collectAsList();
    assertThat(rows).hasSize(expected.size());
    for (Row row : rows) {
      String key = row.getString(0) + " " + row.getString(1) + " " + row.get(2);
      assertThat(expected).containsKey(key);
      assertThat(row.getDouble(3))
          .as("seed %d, %s", SEED, key)
          .isCloseTo(expected.get(key), within(1e-6));
      assertThat(row.getInt(4)).isBetween(1, 30);
    }
  }
}
