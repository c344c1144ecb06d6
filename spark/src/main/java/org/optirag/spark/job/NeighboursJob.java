package org.optirag.spark.job;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.optirag.spark.graph.BlockEmbeddings;
import org.optirag.spark.graph.Blocks;
import org.optirag.spark.neighbours.Projections;
import org.optirag.spark.neighbours.UserNeighbours;
import org.optirag.spark.table.TableFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code neighbours}: the most similar users of each user. */
@Command(
    name = "neighbours",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Finds similar users by the cosine of their embeddings, and measures how many of the true"
          + " neighbours it finds. Writes user and neighbours (a list of user and similarity).",
      ""
    })
final class NeighboursJob implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--graph",
      paramLabel = "DIR",
      required = true,
      description = "What the job 'graph' wrote.")
  private String graph;

  @Option(
      names = "--graph-format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "In which format it did; default parquet.")
  private String graphFormat = "parquet";

  @Option(names = "--output", paramLabel = "DIR", required = true, description = "The neighbours.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "Of the neighbours: parquet, orc, json, delta, …; default parquet.")
  private String format = "parquet";

  @Option(names = "--most", paramLabel = "N", defaultValue = "50", description = "Default 50.")
  private int most = 50;

  @Option(names = "--exact", description = "Compares all pairs instead.")
  private boolean exact;

  @Option(names = "--tables", description = "Sets of random planes; default 12.")
  private @Nullable Integer tables;

  @Option(names = "--bits", description = "Planes a set; default for buckets of a thousand users.")
  private @Nullable Integer bits;

  @Option(names = "--probes", description = "Buckets asked in each set; default 4.")
  private @Nullable Integer probes;

  @Option(names = "--seed", defaultValue = "20250104", description = "Default 20250104.")
  private long seed = 20250104;

  @Option(
      names = "--check",
      paramLabel = "N",
      defaultValue = "500",
      description = "Users whose true neighbours are found too, for the recall; default 500.")
  private int check = 500;

  @Override
  public Integer call() {
    SparkSession spark = Main.session("neighbours");
    Dataset<Row> vectors = new TableFormat(graphFormat).read(spark, graph + "/users");
    int users = Math.toIntExact(vectors.count());
    int dimension = vectors.head().getList(1).size();
    int blocks = Blocks.of(users, 1, spark.sparkContext().defaultParallelism()).userBlocks();
    BlockEmbeddings embeddings =
        BlockEmbeddings.of(
            vectors.selectExpr("number AS id", "embedding AS features"), users, blocks, dimension);
    UserNeighbours neighbours = new UserNeighbours(spark, embeddings, most);
    long start = System.nanoTime();
    Dataset<Row> found = exact ? neighbours.exact() : neighbours.approximate(projections(users));
    TableFormat written = new TableFormat(format);
    written.write(found, output);
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "neighbours of %,d users in %.1f s; in %s%n",
        users,
        (System.nanoTime() - start) / 1e9,
        output);
    if (!exact && check > 0) {
      int[] asked = new SplittableRandom(seed).ints(check, 0, users).distinct().sorted().toArray();
      double recall = UserNeighbours.recall(neighbours.exact(asked), written.read(spark, output));
      out.printf(Locale.ROOT, "recall@%d %.4f over %,d users%n", most, recall, asked.length);
    }
    out.flush();
    return 0;
  }

  private Projections projections(int users) {
    Projections usual = Projections.of(users, seed);
    int planes = bits == null ? usual.bits() : bits;
    return new Projections(
        tables == null ? usual.tables() : tables,
        planes,
        probes == null ? Math.min(usual.probes(), planes + 1) : probes,
        seed);
  }
}
