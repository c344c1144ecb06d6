package org.optirag.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.optirag.dataset.Statistics;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.workspace.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code optirag data stats}: describes an imported data set. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    description = "Describes an imported data set: counts, histories, time line, split.")
final class DataStatsCommand implements Callable<Integer> {
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
        "%s: %s, %s, %s%n",
        stats.name(),
        Counted.of(stats.users(), "user"),
        Counted.of(stats.items(), "item"),
        Counted.of(stats.interactions(), "interaction"));
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
    int most = stats.histories().stream().mapToInt(Statistics.HistoryClass::users).max().orElse(1);
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
          Instant.ofEpochSecond(from).toString().substring(0, 10),
          line.get(i),
          bar(line.get(i), most));
    }
  }

  private static String bar(int value, int most) {
    int length = (int) Math.ceil((double) value * WIDTH / Math.max(1, most));
    return "#".repeat(length);
  }
}
