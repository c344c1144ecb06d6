package org.optirag.workbench.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A part of an experiment: commands as a user would give them, run once. What they leave in the
 * directory is kept, together with the commands that made it; other commands make it anew.
 * Immutable; one run of a directory at a time.
 *
 * @param directory that the last command writes results.json into
 * @param commands arguments of {@code optirag}
 */
public record ExperimentCell(Path directory, List<List<String>> commands) {
  private static final String RESULTS = "results.json";
  private static final String COMMANDS = "commands.txt";

  /** Copies the lists. */
  public ExperimentCell {
    commands = commands.stream().map(List::copyOf).toList();
  }

  /** Whether these commands have been run to their end. */
  public boolean done() {
    Path made = directory.resolve(COMMANDS);
    try {
      return Files.exists(directory.resolve(RESULTS))
          && Files.exists(made)
          && Files.readString(made).equals(text("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The commands as one would type them.
   *
   * @param between what parts them
   */
  public String text(String between) {
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
   * Reads the commands without running them.
   *
   * @param commandRunner knows what there is
   * @throws UserException if one has an option that there is not, or a value that does not fit
   */
  public void check(CommandRunner commandRunner) {
    commands.forEach(commandRunner::check);
  }

  /**
   * Runs the commands one after the other.
   *
   * @param commandRunner runs them
   * @throws UserException if one of them ends with an error that can be mended
   * @throws IllegalStateException if one ends with an error of ours
   */
  public void run(CommandRunner commandRunner) {
    commands.forEach(commandRunner::run);
    AtomicFiles.writeString(directory.resolve(COMMANDS), text("\n"));
  }

  /**
   * The results that the last command wrote, in its order.
   *
   * @throws UserException if they cannot be read
   */
  public List<JsonNode> results() {
    return List.copyOf(json(RESULTS).path("results").values());
  }

  /**
   * A file of the directory.
   *
   * @param name of the file
   * @throws UserException if it cannot be read
   */
  public JsonNode json(String name) {
    Path file = directory.resolve(name);
    try {
      return JsonMapper.shared().readTree(Files.readAllBytes(file));
    } catch (IOException | JacksonException e) {
      String why = e instanceof JacksonException json ? JsonFault.told(json) : e.getMessage();
      throw new UserException(
          "Cannot read " + file + ": " + why + ".", "Remove " + directory + " to make it anew.", e);
    }
  }
}
