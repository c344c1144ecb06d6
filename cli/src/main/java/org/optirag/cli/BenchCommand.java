package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.evaluation.bench.BenchRow;
import org.optirag.evaluation.bench.Ceilings;
import org.optirag.evaluation.bench.GrowthReport;
import org.optirag.evaluation.bench.Profile;
import org.optirag.evaluation.bench.SideBySide;
import org.optirag.workbench.bench.Benchmark;
import org.optirag.workbench.bench.BenchmarkListener;
import org.optirag.workbench.bench.BenchmarkResult;
import org.optirag.workbench.bench.BenchmarkSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How fast candidates are scored, beside other engines. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Scores the same token ids with this system and with other engines, in turns, and prints"
          + " candidates per second and their ratios.",
      "",
      "The other engines run in processes of their own: install them with benchmarks/install-peers."
          + " What is not there is named and left out.",
      ""
    },
    footer = {"", "Example: optirag bench --workloads single,20x500 --rounds 3"})
final class BenchCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private PipelineOptions options;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..1",
      defaultValue = "movielens-100k",
      description = "Whose users and items the prompts tell of; default movielens-100k.")
  private String dataset = "movielens-100k";

  @Option(
      names = "--workloads",
      split = ",",
      paramLabel = "NxT",
      defaultValue = "1x200,single,1x1000,20x200,20x500,20x1000,100x200,100x500,100x1000",
      description =
          "Candidates x tokens of the context; single is 1x500. Default: 1, 20 and 100 candidates on"
              + " 200, 500 and 1000 tokens.")
  private List<String> workloads = List.of();

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "ENGINE",
      defaultValue =
          "llama.cpp:BF16,llama.cpp:Q8_0,llama.cpp:Q4_0,java-llama.cpp:Q8_0,java-llama.cpp:Q4_0,"
              + "transformers:f32,transformers:bf16",
      description =
          "llama.cpp:QUANTIZATION and java-llama.cpp:QUANTIZATION (each prompt alone, and with the"
              + " context kept in its cache; the second reads what the first has quantized) and"
              + " transformers:TYPE (prompts batched); default ${DEFAULT-VALUE}. Empty for none.")
  private List<String> peers = List.of();

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "benchmarks/peers/bin/python",
      description = "The interpreter that has them; default ${DEFAULT-VALUE}.")
  private String python = "benchmarks/peers/bin/python";

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "Score under this bundle's exit policy too.")
  private @Nullable Path bundle;

  @Option(names = "--rounds", defaultValue = "5", description = "After one to warm up; default 5.")
  private int rounds = 5;

  @Option(
      names = "--clock",
      defaultValue = "wall",
      description =
          "wall, or cpu: seconds of the processor, for one thread on a busy machine; default wall.")
  private SideBySide.Clock clock = SideBySide.Clock.WALL;

  @Option(
      names = "--profile",
      description = "Say where the time goes, part by part of a block, at full depth.")
  private boolean profile;

  @Option(
      names = "--growth",
      split = ",",
      paramLabel = "CURVE",
      description =
          "Instead, measure how costs grow, and plot it: candidates (1 to 1000), context (100 to 4000"
              + " tokens), requests (1 to 16 in one pass), users (a thousand to a million), edges"
              + " (100,000 to 25 million).")
  private List<String> growth = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Where the rows go; default runs/bench, or the next that is free.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    Benchmark.requireGrowth(growth);
    Path place =
        output.directory(
            out,
            Path.of("runs", "bench"),
            growth.isEmpty() ? BenchmarkSettings.ROWS : GrowthReport.ROWS);
    BenchmarkSettings settings =
        new BenchmarkSettings(workloads, peers, python, bundle, rounds, clock, profile, place);
    Benchmark benchmark =
        new Benchmark(dataset, options.settings(), settings, common.workplace(), new Printer());
    if (!growth.isEmpty()) {
      print(benchmark.growth(growth), place);
      return 0;
    }
    BenchmarkResult result = benchmark.run();
    if (common.json()) {
      common.printJson(result);
    } else {
      print(common.out(), result, settings.rows());
    }
    return 0;
  }

  /** Prints rows as they come. */
  private final class Printer implements BenchmarkListener {
    @Override
    public void begun(ProductSpeeds products, Ceilings ceilings) {
      if (!common.json()) {
        Stream.concat(products.lines().stream(), ceilings.lines().stream())
            .forEach(common.out()::println);
        common.out().println();
        common.out().println(BenchRow.table(List.of()).getFirst());
        common.out().flush();
      }
    }

    @Override
    public void measured(List<BenchRow> rows) {
      if (!common.json()) {
        BenchRow.table(rows).stream().skip(1).forEach(common.out()::println);
        common.out().flush();
      }
    }

    @Override
    public void leftOut(String what) {
      common.tell("Left out: " + what);
    }
  }

  private void print(GrowthReport report, Path out) {
    if (common.json()) {
      common.printJson(report.rows());
      return;
    }
    report.lines().forEach(common.out()::println);
    common.out().println();
    common.out().println("Plots: " + out.resolve(GrowthReport.PAGE).toAbsolutePath());
    common.out().println("Rows:  " + out.resolve(GrowthReport.ROWS).toAbsolutePath());
    common.out().flush();
  }

  private static void print(PrintWriter to, BenchmarkResult result, Path rows) {
    if (!result.profiles().isEmpty()) {
      to.println();
      Profile.table(result.profiles()).forEach(to::println);
    }
    if (!result.versions().isEmpty()) {
      to.println();
      result.versions().forEach((peer, version) -> to.println(peer + ": version " + version));
    }
    to.println();
    to.println("Rows: " + rows.toAbsolutePath());
    to.flush();
  }
}
