package org.optirag.spark.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.DType;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.spark.LocalSpark;
import org.optirag.spark.job.Main;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** A cluster of processes of this machine, one of which dies. */
final class KilledExecutorTest {
  private static final int USERS = 16;

  @TempDir private Path directory;

  @Test
  void aJobWhoseExecutorIsKilledEndsWithTheSameScores() throws Exception {
    DatasetStore store = new DatasetStore(CacheDirectory.standard());
    store.require("movielens-100k", Progress.silent());
    Path data = store.find("movielens-100k").directory();
    Path impressions = directory.resolve("impressions.csv");
    List<String> lines = new ArrayList<>(List.of("user,item"));
    for (int user = 1; user <= USERS; user++) {
      for (int item : new int[] {1, 50, 100, 181, 258}) {
        lines.add(user + "," + item);
      }
    }
    Files.write(impressions, lines);
    SparkSession spark = LocalSpark.session();
    List<Row> expected =
        sorted(
            Scoring.score(
                spark.read().option("header", true).csv(impressions.toString()),
                Scoring.settings(
                    SingleMachine.BUNDLE.toString(),
                    data.toString(),
                    null,
                    SingleMachine.POLICY,
                    DType.F32,
                    20),
                1));
    assertThat(expected).hasSize(5 * USERS);

    Path output = directory.resolve("scores");
    Path log = directory.resolve("log");
    Process job = submit(impressions, data, output, log);
    try {
      ProcessHandle victim = executorAfterFirstWave(job, output, log);
      assertThat(victim.destroyForcibly()).isTrue();
      assertThat(job.waitFor(150, TimeUnit.SECONDS)).as("ended in time").isTrue();
      assertThat(job.exitValue()).as(Files.readString(log)).isZero();
    } finally {
      job.descendants().forEach(ProcessHandle::destroyForcibly);
      job.destroyForcibly();
    }
    assertThat(Files.readString(log)).contains("4 of 4 waves scored now").contains("Lost executor");
    assertThat(sorted(spark.read().parquet(output.toString()))).isEqualTo(expected);
  }

  private static List<Row> sorted(Dataset<Row> scores) {
    return scores
        .select("user", "item", "time", "pctr", "exit_block")
        .orderBy("user", "item")
        .collectAsList();
  }

  /** Executors are processes of their own, started with the class path of this test. */
  private Process submit(Path impressions, Path data, Path output, Path log) throws IOException {
    String classPath = System.getProperty("java.class.path");
    List<String> opens =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--") || argument.startsWith("-XX:"))
            .toList();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(opens);
    command.add("-Xmx768m");
    command.add("-Dspark.master=local-cluster[2,1,1024]");
    command.add("-Dspark.executor.memory=1g");
    command.add("-Dspark.executor.extraClassPath=" + classPath);
    command.add("-Dspark.executor.extraJavaOptions=" + String.join(" ", opens));
    command.add("-Dspark.ui.enabled=false");
    command.add("-Dspark.driver.bindAddress=127.0.0.1");
    command.add("-Dspark.driver.host=127.0.0.1");
    command.add("-Dspark.local.dir=" + directory.resolve("local"));
    command.add("-Dlog4j2.configurationFile=log4j2-test.properties");
    command.addAll(List.of("-cp", classPath, Main.class.getName(), "score"));
    command.addAll(List.of("--bundle", SingleMachine.BUNDLE.toString()));
    command.addAll(List.of("--policy", SingleMachine.POLICY));
    command.addAll(List.of("--data", data.toString(), "--input", impressions.toString()));
    command.addAll(List.of("--input-format", "csv", "--output", output.toString()));
    command.addAll(List.of("--waves", "4", "--partitions", "4", "--dtype", "f32"));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    // Without a distribution: executors then look for no folder of jars.
    builder.environment().put("SPARK_HOME", directory.toString());
    builder.environment().put("SPARK_TESTING", "1");
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder.redirectOutput(log.toFile()).start();
  }

  private static ProcessHandle executorAfterFirstWave(Process job, Path output, Path log)
      throws IOException, InterruptedException {
    Path first = output.resolve("wave=0/_SUCCESS");
    while (!Files.exists(first)) {
      assertThat(job.isAlive()).as(Files.exists(log) ? Files.readString(log) : "").isTrue();
      Thread.sleep(20);
    }
    return job.descendants()
        .filter(process -> process.info().command().orElse("").endsWith("java"))
        .findFirst()
        .orElseThrow();
  }
}
