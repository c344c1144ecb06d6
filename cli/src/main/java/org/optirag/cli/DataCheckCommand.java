package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.store.Check;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.workspace.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code optirag data check}: tells what is wrong with files. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Reads files as an import would and names every broken row by file and line, without"
          + " importing. Exit code 2 if an import would refuse them: a file has more broken rows than"
          + " --most-broken allows, or nothing is left."
    })
final class DataCheckCommand implements Callable<Integer> {
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
    Check check = new DatasetStore(common.cache()).check(source, rules, file, common.progress());
    if (common.json()) {
      common.printJson(check);
    } else {
      print(common.out(), check, file);
    }
    return check.refusal() == null ? 0 : Main.USER_ERROR;
  }

  private static void print(PrintWriter out, Check check, Path file) {
    out.println(check.name() + ", form " + check.format());
    check
        .files()
        .forEach(f ->
            out.printf(
                Locale.ROOT,
                "  %,12d %-4s  %,8d broken  %s%n",
                f.rows(),
                Counted.unit(f.rows(), "row"),
                f.broken(),
                f.file()));
    out.printf(
        Locale.ROOT,
        "  %s, %s without a title%n",
        Counted.of(check.repeats(), "repeated interaction"),
        Counted.of(check.untitled(), "item"));
    if (check.labels() != null) {
      out.println("  " + check.labels());
    }
    check.reasons().entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(reason ->
            out.printf(Locale.ROOT, "  %,12d x %s%n", reason.getValue(), reason.getKey()));
    check
        .first()
        .forEach(reject ->
            out.println("  " + reject.file() + ":" + reject.line() + ": " + reject.reason()));
    check.notes().forEach(note -> out.println("  " + note + "."));
    long complaints = check.broken() + check.mended();
    if (complaints > 0) {
      String those = complaints == 1 ? "It is" : "All %,d are".formatted(complaints);
      out.println(those + " in " + file);
    }
    if (check.refusal() != null) {
      out.println("An import would refuse this: " + check.refusal());
    } else if (complaints == 0) {
      out.println(check.notes().isEmpty() ? "Nothing is wrong." : "No row is wrong.");
    }
    out.flush();
  }
}
