package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Statistics;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.dataset.store.KnownDataset;
import org.optirag.dataset.store.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code optirag data}: gets, imports, checks and describes data sets. */
@Command(
    name = "data",
    description = "Gets, imports, checks and describes data sets.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Start with: optirag data pull movielens-100k",
      "Your own:   optirag data check DIR, then optirag data import DIR"
    },
    subcommands = {
      DataCommand.Pull.class,
      DataCommand.Import.class,
      DataCommand.Check.class,
      DataCommand.Stats.class,
      SynthesizeCommand.class,
      DataCommand.ListAll.class
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Downloads and imports a public data set. */
  @Command(
      name = "pull",
      mixinStandardHelpOptions = true,
      description = {
        "Downloads a public data set and imports it.",
        "From its official home; movielens-100k also from the Python package recbole, where only"
            + " package registries can be reached."
      })
  static final class Pull implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Parameters(
        paramLabel = "NAME",
        description =
            "movielens-100k, movielens-1m, movielens-latest-small, movielens-25m, movielens-32m")
    private String name;

    @Override
    public Integer call() {
      KnownDataset known = KnownDataset.named(name);
      ImportedDataset imported = new DatasetStore(common.cache()).pull(known, common.progress());
      if (!common.json()) {
        common.out().println("Terms: " + known.terms());
      }
      report(common, imported);
      return 0;
    }
  }

  /** What import and check have in common: where the data lies and what its rows mean. */
  static final class SourceOptions {
    @Parameters(paramLabel = "DIR", description = "The directory with the files, plain or gzipped.")
    private Path directory;

    @Option(
        names = {"-m", "--mapping"},
        paramLabel = "FILE",
        description = "Says in YAML which column means what, for files of no known form.")
    private @Nullable Path mapping;

    @Option(names = "--name", description = "Name in the cache; the form's own if absent.")
    private @Nullable String name;

    @Option(names = "--noun", description = "What a prompt calls an item, such as 'movie'.")
    private @Nullable String noun;

    @Option(
        names = "--liked-from",
        paramLabel = "RATING",
        description = "Label 1 from this rating on (3.5 stands for 'above 3').")
    private @Nullable Double likedFrom;

    @Option(names = "--zeros", description = "What a rating of 0 means: ${COMPLETION-CANDIDATES}.")
    private Rules.@Nullable Zeros zeros;

    @Option(
        names = "--order",
        description = "Order of rows without time: ${COMPLETION-CANDIDATES}.")
    private Rules.@Nullable Order order;

    @Option(
        names = "--core",
        paramLabel = "K",
        description = "Keep users and items with at least K interactions each.")
    private @Nullable Integer core;

    @Option(names = "--all-items", description = "Keep items that nobody touched.")
    private boolean allItems;

    @Option(
        names = "--most-broken",
        paramLabel = "SHARE",
        description = "Stop if more of a file's rows are broken; 0.01 is 1 %%, the default.")
    private @Nullable Double mostBroken;

    Source source() {
      Source source =
          mapping == null ? Formats.recognise(directory) : Mapping.source(mapping, directory);
      return source.named(name, noun);
    }

    Rules rules(Source source) {
      Rules rules = source.rules();
      rules = likedFrom == null ? rules : rules.withLikedFrom(likedFrom);
      rules = zeros == null ? rules : rules.withZeros(zeros);
      rules = order == null ? rules : rules.withOrder(order);
      rules = core == null ? rules : rules.withCore(core);
      rules = mostBroken == null ? rules : rules.withMostBroken(mostBroken);
      return allItems ? rules.withAllItems(true) : rules;
    }
  }

  /** Imports files. */
  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Imports the data set in a directory into the cache, as Parquet.",
        "",
        "The form is recognised by the files' names: MovieLens (100K, 1M, latest, 25M, 32M),"
            + " RecBole (.inter, .item, .user), Book-Crossing, Amazon Reviews (2014, 2018, 2023,"
            + " with meta_), CoLLM's splits (train.csv, valid.csv, test.csv), lists 'user item item"
            + " ...' (train.txt and test.txt, or sequences.txt). For anything else write a mapping:",
        "",
        "  name: my-shop",
        "  noun: product",
        "  interactions:           # csv, tsv, jsonl or parquet, by the file's name",
        "    file: ratings.csv.gz",
        "    user: customer",
        "    item: sku",
        "    rating: stars         # or click: clicked; with neither every row is a click",
        "    time: at              # left out: the order of the file",
        "    time-unit: seconds    # or milliseconds, iso",
        "  items:",
        "    file: products.csv",
        "    id: sku",
        "    title: name",
        "    fields: {brand: maker}",
        "  rules: {liked-from: 4}",
        "",
        "Of a user's repeated ratings of an item the last one counts. Broken rows are left out"
            + " and listed in rejected.tsv beside the import.",
        ""
      },
      footer = {"", "Example: optirag data import shop/ --mapping shop.yaml --core 5"})
  static final class Import implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private SourceOptions options;

    @Override
    public Integer call() {
      Source source = options.source();
      report(
          common,
          new DatasetStore(common.cache())
              .importSource(source, options.rules(source), common.progress()));
      return 0;
    }
  }

  /** Tells what is wrong with files. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Reads files as an import would and names every broken row by file and line, without"
            + " importing. Exit code 2 if a file has more broken rows than --most-broken allows."
      })
  static final class Check implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private SourceOptions options;

    @Option(
        names = "--rejected",
        paramLabel = "FILE",
        description = "Takes all complaints; NAME.rejected.tsv in the cache if absent.")
    private @Nullable Path rejected;

    @Override
    public Integer call() {
      Source source = options.source();
      Rules rules = options.rules(source);
      Path file =
          rejected == null
              ? common.cache().datasets().resolve(source.name() + ".rejected.tsv")
              : rejected;
      org.optirag.dataset.store.Check check =
          new DatasetStore(common.cache()).check(source, rules, file, common.progress());
      if (common.json()) {
        common.printJson(check);
      } else {
        print(common.out(), check, file);
      }
      boolean tooMany = check.files().stream().anyMatch(f -> f.share() > rules.mostBroken());
      return tooMany ? Main.USER_ERROR : 0;
    }

    private static void print(PrintWriter out, org.optirag.dataset.store.Check check, Path file) {
      out.println(check.name() + ", form " + check.format());
      check
          .files()
          .forEach(f ->
              out.printf(
                  Locale.ROOT, "  %,12d rows  %,8d broken  %s%n", f.rows(), f.broken(), f.file()));
      out.printf(
          Locale.ROOT,
          "  %,d repeated interactions, %,d items without a title%n",
          check.repeats(),
          check.untitled());
      check.reasons().entrySet().stream()
          .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
          .forEach(reason ->
              out.printf(Locale.ROOT, "  %,12d x %s%n", reason.getValue(), reason.getKey()));
      check
          .first()
          .forEach(reject ->
              out.println("  " + reject.file() + ":" + reject.line() + ": " + reject.reason()));
      long complaints = check.broken() + check.mended();
      out.println(
          complaints == 0
              ? "Nothing is wrong."
              : String.format(Locale.ROOT, "All %,d are in %s", complaints, file));
      out.flush();
    }
  }

  /** Describes an imported data set. */
  @Command(
      name = "stats",
      mixinStandardHelpOptions = true,
      description = "Describes an imported data set: counts, histories, time line, split.")
  static final class Stats implements Callable<Integer> {
    private static final int WIDTH = 40;

    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "NAME", description = "A name in the cache, or a directory.")
    private String name;

    @Override
    public Integer call() {
      Statistics stats =
          Statistics.of(new DatasetStore(common.cache()).require(name, common.progress()));
      if (common.json()) {
        common.printJson(stats);
      } else {
        print(common.out(), stats);
      }
      return 0;
    }

    private static void print(PrintWriter out, Statistics stats) {
      out.printf(
          Locale.ROOT,
          "%s: %,d users, %,d items, %,d interactions%n",
          stats.name(),
          stats.users(),
          stats.items(),
          stats.interactions());
      out.printf(
          Locale.ROOT,
          "density %.4f %%, label 1 in %.1f %%, rated %.1f %%, items with a title %.1f %%%n",
          100 * stats.density(),
          100 * stats.labelRate(),
          100 * stats.rated(),
          100 * stats.titled());
      out.printf(
          Locale.ROOT,
          "standard split: train %,d, validation %,d, test %,d%n",
          stats.train(),
          stats.validation(),
          stats.test());
      out.printf(
          Locale.ROOT, "%nUsers by number of interactions (median %,d)%n", stats.medianHistory());
      int most =
          stats.histories().stream().mapToInt(Statistics.HistoryClass::users).max().orElse(1);
      for (Statistics.HistoryClass histories : stats.histories()) {
        out.printf(
            Locale.ROOT,
            "%8d-%-8d %,9d %s%n",
            histories.from(),
            histories.to(),
            histories.users(),
            bar(histories.users(), most));
      }
      if (stats.timed()) {
        out.printf("%nInteractions over time%n");
        printTimeLine(out, stats);
      } else {
        out.printf("%nThe source has no times; rows are in an order.%n");
      }
      out.flush();
    }

    private static void printTimeLine(PrintWriter out, Statistics stats) {
      List<Integer> line = stats.timeLine();
      int most = line.stream().mapToInt(Integer::intValue).max().orElse(1);
      double stretch = (stats.last() - stats.first() + 1.0) / line.size();
      for (int i = 0; i < line.size(); i++) {
        long from = stats.first() + Math.round(i * stretch);
        out.printf(
            Locale.ROOT,
            "%10s %,9d %s%n",
            java.time.Instant.ofEpochSecond(from).toString().substring(0, 10),
            line.get(i),
            bar(line.get(i), most));
      }
    }

    private static String bar(int value, int most) {
      int length = (int) Math.ceil((double) value * WIDTH / Math.max(1, most));
      return "#".repeat(length);
    }
  }

  /** Lists what there is. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the imported data sets and those that can be pulled.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private CommonOptions common;

    /** What is printed. */
    record Listing(List<String> imported, List<String> pullable) {}

    @Override
    public Integer call() {
      Listing listing =
          new Listing(
              new DatasetStore(common.cache()).names(),
              KnownDataset.all().stream().map(KnownDataset::name).toList());
      if (common.json()) {
        common.printJson(listing);
      } else {
        common.out().println("imported: " + String.join(", ", listing.imported()));
        common.out().println("to pull:  " + String.join(", ", listing.pullable()));
        common.out().flush();
      }
      return 0;
    }
  }

  private static void report(CommonOptions common, ImportedDataset imported) {
    Manifest manifest = imported.manifest();
    if (common.json()) {
      common.printJson(manifest);
      return;
    }
    Manifest.Counts counts = manifest.counts();
    PrintWriter out = common.out();
    out.printf(
        Locale.ROOT,
        "%s: %,d interactions of %,d users with %,d items, from the form %s%n",
        manifest.name(),
        counts.interactions(),
        counts.users(),
        counts.items(),
        manifest.format());
    if (counts.broken() + counts.mended() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d rows left out, %,d mended or repeated: see %s%n",
          counts.broken(),
          counts.mended(),
          imported.directory().resolve("rejected.tsv"));
    }
    if (counts.untitled() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d items have no title; prompts call them by a code made of their id.%n",
          counts.untitled());
    }
    out.println("In " + imported.directory());
    out.flush();
  }
}
