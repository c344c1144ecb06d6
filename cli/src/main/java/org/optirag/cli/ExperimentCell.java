package org.optirag.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.UserException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A part of an experiment: commands as a user would give them, run once. What they leave in the
 * directory is kept, together with the commands that made it; other commands make it anew.
 *
 * @param directory that the last command writes results.json into
 * @param commands arguments of {@code optirag}
 */
record ExperimentCell(Path directory, List<List<String>> commands) {
  private static final String RESULTS = "results.json";
  private static final String COMMANDS = "commands.txt";

  /** Copies the lists. */
  ExperimentCell {
    commands = commands.stream().map(List::copyOf).toList();
  }

  /** Whether these commands have been run to their end. */
  boolean done() {
    Path made = directory.resolve(COMMANDS);
    try {
      return Files.exists(directory.resolve(RESULTS))
          && Files.exists(made)
          && Files.readString(made).equals(text("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The commands as one would type them. */
  String text(String between) {
    return commands.stream()
        .map(command ->
            command.stream()
                .map(ExperimentCell::quoted)
                .collect(Collectors.joining(" ", "optirag ", "")))
        .collect(Collectors.joining(between));
  }

  private static String quoted(String argument) {
    return argument.matches("[A-Za-z0-9_./:,=-]+") ? argument : "'" + argument + "'";
  }

  /**
   * Reads the commands without running them: a mistyped option is better told before the first hour
   * than after it.
   *
   * @throws UserException if one has an option that there is not, or a value that does not fit
   */
  void check() {
    for (List<String> command : commands) {
      try {
        Main.commandLine().parseArgs(command.toArray(String[]::new));
      } catch (ParameterException e) {
        throw new UserException(
            "'optirag " + String.join(" ", command) + "': " + e.getMessage() + ".",
            "See 'optirag " + command.getFirst() + " --help'.",
            e);
      }
    }
  }

  /**
   * Runs the commands one after the other.
   *
   * @param more arguments that change nothing of what is made, for instance --quiet
   * @throws UserException if one of them ends with an error that can be mended
   * @throws IllegalStateException if one ends with an error of ours
   */
  void run(List<String> more) {
    for (List<String> command : commands) {
      StringWriter said = new StringWriter();
      int code =
          Main.commandLine()
              .setOut(new PrintWriter(said))
              .setErr(new PrintWriter(said, true))
              .execute(Stream.concat(command.stream(), more.stream()).toArray(String[]::new));
      if (code != 0) {
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
    AtomicFiles.writeString(directory.resolve(COMMANDS), text("\n"));
  }

  /** The results that the last command wrote, in its order. */
  List<JsonNode> results() {
    return List.copyOf(json(RESULTS).path("results").values());
  }

  /** A file of the directory. */
  JsonNode json(String name) {
    Path file = directory.resolve(name);
    try {
      return JsonMapper.shared().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + file + ": " + e.getMessage() + ".",
          "Remove " + directory + " to make it anew.",
          e);
    }
  }
}
