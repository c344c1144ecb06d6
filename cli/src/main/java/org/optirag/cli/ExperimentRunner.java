package org.optirag.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.optirag.workbench.experiment.CommandRunner;
import org.optirag.workspace.UserException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/**
 * Runs the commands of an experiment within this process.
 *
 * @param more arguments that change nothing of what is made, for instance --quiet
 */
record ExperimentRunner(List<String> more) implements CommandRunner {

  /** What a part that was interrupted left behind is the experiment's own. */
  private static final List<String> AGAIN = List.of("--force");

  @Override
  public void check(List<String> command) {
    try {
      Main.commandLine().parseArgs(command.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new UserException(
          "'optirag " + String.join(" ", command) + "': " + e.getMessage() + ".",
          "See 'optirag " + command.getFirst() + " --help'.",
          e);
    }
  }

  @Override
  public void run(List<String> command) {
    StringWriter said = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(said, true))
            .execute(Stream.of(command, more, AGAIN).flatMap(List::stream).toArray(String[]::new));
    if (code == 0) {
      return;
    }
    List<String> lines = said.toString().lines().map(String::strip).toList();
    String problem =
        "'optirag %s' ended with code %d: %s"
            .formatted(
                String.join(" ", command),
                code,
                lines.isEmpty() ? "" : lines.getFirst().replaceFirst("^optirag: ", ""));
    if (code == ExitCode.SOFTWARE) { // ours, and not for the user to mend
      throw new IllegalStateException(problem);
    }
    throw new UserException(problem, lines.size() < 2 ? "Run it by itself." : lines.get(1));
  }
}
