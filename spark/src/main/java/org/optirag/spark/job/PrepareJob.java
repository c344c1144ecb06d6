package org.optirag.spark.job;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.optirag.dataset.store.Manifest;
import org.optirag.spark.prepare.Output;
import org.optirag.spark.prepare.Preparation;
import org.optirag.spark.table.TableFormat;
import org.optirag.spark.table.TableSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prepare}: what {@code optirag data import} does, for tables of any size. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Reads tables of interactions, items and users and writes the imported form: the last of"
          + " repeated interactions, the core, labels, the order by time, numbers for ids.",
      "",
      "The mapping is the one of 'optirag data import'; its formats may be any that the session"
          + " knows (delta and iceberg with their packages), and 'table' names one of the catalog.",
      ""
    })
final class PrepareJob implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = {"-m", "--mapping"},
      paramLabel = "FILE",
      required = true,
      description = "Says in YAML which column means what.")
  private Path mapping;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      defaultValue = "",
      description = "Where the mapping's files lie; left out where it names whole paths or tables.")
  private String input = "";

  @Option(names = "--output", paramLabel = "DIR", required = true, description = "The data set.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "Of what is written; every command reads parquet, the default.")
  private String format = "parquet";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Prepares it so many times in one session and tells the seconds of each: only the first"
              + " pays for start-up and compilation; default 1.")
  private int rounds = 1;

  @Override
  public Integer call() {
    SparkSession spark = Main.session("prepare");
    TableSource source = TableSource.read(mapping, input);
    PrintWriter out = command.commandLine().getOut();
    for (int round = 1; round < rounds; round++) {
      prepare(spark, source, out);
    }
    Manifest manifest = prepare(spark, source, out);
    Manifest.Counts counts = manifest.counts();
    out.printf(
        Locale.ROOT,
        "%s: %,d interactions of %,d users with %,d items; %,d rows broken, %,d repeated%nIn %s%n",
        manifest.name(),
        counts.interactions(),
        counts.users(),
        counts.items(),
        counts.broken(),
        counts.repeats(),
        output);
    manifest.notes().forEach(note -> out.println("Note: " + note + "."));
    out.flush();
    return 0;
  }

  private Manifest prepare(SparkSession spark, TableSource source, PrintWriter out) {
    long start = System.nanoTime();
    Manifest manifest =
        Preparation.run(spark, source, new Output(spark, output, new TableFormat(format)));
    out.printf(Locale.ROOT, "prepared in %.1f s%n", (System.nanoTime() - start) / 1e9);
    out.flush();
    return manifest;
  }
}
