package org.optirag.cli;

import java.io.PrintWriter;
import java.util.List;
import org.optirag.workbench.Workplace;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Options that every subcommand has; use as a {@code @Mixin}. */
final class CommonOptions {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Option(
      names = "--json",
      description = "Print the result as JSON on standard output, for machines.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress bars.")
  private boolean quiet;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Whether the result shall be JSON. */
  boolean json() {
    return json;
  }

  /** Where files are cached. */
  CacheDirectory cache() {
    return CacheDirectory.standard();
  }

  /** Bars on standard error, or nothing under {@code --quiet}. */
  Progress progress() {
    return quiet ? Progress.silent() : new ConsoleProgress(System.err);
  }

  /** What a command passes on to those that it runs. */
  List<String> arguments() {
    return quiet ? List.of("--quiet") : List.of();
  }

  /** Where commands work, and who is told. */
  Workplace workplace() {
    return new Workplace(cache(), progress(), this::tell);
  }

  /** Standard output. */
  PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** Says something that the result is not: a line on standard error. */
  void tell(String line) {
    PrintWriter to = command.commandLine().getErr();
    to.println(line);
    to.flush();
  }

  /** Prints a record as JSON. */
  void printJson(Object value) {
    out().println(JSON.writeValueAsString(value));
    out().flush();
  }
}
