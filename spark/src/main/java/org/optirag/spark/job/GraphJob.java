package org.optirag.spark.job;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.LightGcnFile;
import org.optirag.retrieval.LightGcnTrainer;
import org.optirag.retrieval.RankingMetrics;
import org.optirag.spark.graph.AlsStart;
import org.optirag.spark.graph.BlockEmbeddings;
import org.optirag.spark.graph.BlockGraph;
import org.optirag.spark.graph.BlockPropagation;
import org.optirag.spark.graph.Blocks;
import org.optirag.spark.graph.GraphParts;
import org.optirag.spark.prepare.PartedTable;
import org.optirag.spark.table.TableFormat;
import org.optirag.workspace.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code graph}: embeddings of users and items by light graph convolution. */
@Command(
    name = "graph",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Learns embeddings from the liked pairs of the training part: alternating least squares on"
          + " implicit feedback, then propagation over the graph. Writes tables of users, items and"
          + " items_below with the columns number and embedding.",
      ""
    })
final class GraphJob implements Callable<Integer> {
  /** What embeddings begin with. */
  enum Start {
    /** Alternating least squares. */
    ALS,
    /** Seeded normal numbers: to measure what propagation costs. */
    RANDOM
  }

  private static final int RANKED = 20;

  @Spec private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A data set that 'prepare' wrote as Parquet.")
  private String data;

  @Option(names = "--output", paramLabel = "DIR", required = true, description = "The embeddings.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "Of the embeddings: parquet, orc, delta, …; default parquet.")
  private String format = "parquet";

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description =
          "Writes them as one safetensors file too, as 'score --graph' reads it; from the driver's"
              + " memory.")
  private @Nullable Path file;

  @Option(
      names = "--split",
      paramLabel = "RULE",
      defaultValue = PartedTable.STANDARD,
      description = "standard, time or last-out; default standard.")
  private String split = PartedTable.STANDARD;

  @Option(names = "--start", defaultValue = "als", description = "${COMPLETION-CANDIDATES}")
  private Start start = Start.ALS;

  @Option(
      names = "--layers",
      paramLabel = "K",
      defaultValue = "1",
      description = "Steps; default 1.")
  private int layers = 1;

  @Option(names = "--dimension", defaultValue = "64", description = "Default 64.")
  private int dimension = 64;

  @Option(names = "--iterations", defaultValue = "8", description = "Of als; default 8.")
  private int iterations = 8;

  @Option(names = "--regularization", defaultValue = "0.1", description = "Of als; default 0.1.")
  private double regularization = 0.1;

  @Option(names = "--alpha", defaultValue = "1", description = "Of als; default 1.")
  private double alpha = 1;

  @Option(names = "--seed", defaultValue = "20250104", description = "Default 20250104.")
  private long seed = 20250104;

  @Option(
      names = "--recall",
      description = "Measures Recall@20 and NDCG@20 on test, in the driver's memory.")
  private boolean recall;

  @Option(
      names = "--compare",
      description = "Trains light graph convolution on the driver and measures it as well.")
  private boolean compare;

  @Override
  public Integer call() {
    SparkSession spark = Main.session("graph");
    PrintWriter out = command.commandLine().getOut();
    GraphParts parts = GraphParts.of(spark, data, split);
    Blocks blocks =
        Blocks.of(parts.users(), parts.items(), spark.sparkContext().defaultParallelism());
    long begin = System.nanoTime();
    Dataset<Row> pairs = parts.liked(parts.train()).persist();
    BlockEmbeddings users;
    BlockEmbeddings items;
    if (start == Start.ALS) {
      AlsStart.Start learned =
          new AlsStart(dimension, iterations, regularization, alpha, seed).learn(pairs, blocks);
      users = learned.users();
      items = learned.items();
    } else {
      users = BlockEmbeddings.random(spark, blocks.users(), blocks.userBlocks(), dimension, seed);
      items =
          BlockEmbeddings.random(spark, blocks.items(), blocks.itemBlocks(), dimension, seed + 1);
    }
    double started = seconds(begin);
    try (BlockGraph graph = BlockGraph.of(pairs, blocks)) {
      long edges = graph.edges();
      BlockPropagation model = BlockPropagation.of(graph, users, items, layers);
      write(spark, "users", model.users());
      write(spark, "items", model.items());
      write(spark, "items_below", model.itemsBelow());
      out.printf(
          Locale.ROOT,
          "%,d edges of %,d users and %,d items; start %.1f s, graph and %d steps %.1f s; in %s%n",
          edges,
          blocks.users(),
          blocks.items(),
          started,
          layers,
          seconds(begin) - started,
          output);
      out.flush();
      if (file != null) {
        LightGcnFile.write(file, model.collect(), seconds(begin));
      }
      if (recall || compare) {
        tell(out, "this", model.collect(), parts);
      }
      if (compare) {
        Graph train = parts.collect(parts.train());
        long before = System.nanoTime();
        LightGcnTrainer.Trained trained =
            LightGcnTrainer.train(
                train,
                parts.collect(parts.validation()),
                LightGcnTrainer.Settings.DEFAULT.withSeed(seed),
                Progress.silent());
        out.printf(Locale.ROOT, "LightGCN on one machine: %.1f s%n", seconds(before));
        tell(out, "LightGCN on one machine", trained.model(), parts);
      }
    }
    return 0;
  }

  private void write(SparkSession spark, String name, BlockEmbeddings embeddings) {
    new TableFormat(format).write(embeddings.table(spark), output + "/" + name);
  }

  private static void tell(PrintWriter out, String name, LightGcn model, GraphParts parts) {
    Graph known = parts.collect(parts.train());
    for (var part :
        java.util.Map.of("validation", parts.validation(), "test", parts.test()).entrySet()) {
      RankingMetrics metrics =
          RankingMetrics.of(model, known, parts.collect(part.getValue()), RANKED);
      out.printf(
          Locale.ROOT,
          "%s, %s: Recall@20 %.4f, NDCG@20 %.4f over %,d users%n",
          name,
          part.getKey(),
          metrics.recall(),
          metrics.ndcg(),
          metrics.users());
    }
    out.flush();
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
