package org.optirag.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.optirag.workspace.Nearest;
import picocli.CommandLine;

/** What a command line names and there is not: options first, since values follow them. */
final class Unknown {
  /** Fewer letters are near to everything. */
  private static final int FEWEST = 2;

  private final CommandLine command;
  private final List<String> options;
  private final List<String> words;

  /**
   * Sorts them.
   *
   * @param unmatched in their order, at least one
   */
  Unknown(CommandLine command, List<String> unmatched) {
    this.command = command;
    this.options =
        unmatched.stream()
            .filter(text -> text.startsWith("-") && text.length() > 1)
            .map(text -> text.replaceFirst("=.*", ""))
            .distinct()
            .toList();
    this.words = unmatched;
  }

  /** What there is not, in a sentence. */
  String problem() {
    String name = command.getCommandSpec().qualifiedName();
    if (!options.isEmpty()) {
      return "There %s %s of '%s'."
          .formatted(
              options.size() == 1 ? "is no option" : "are no options", quoted(options), name);
    }
    return command.getSubcommands().isEmpty()
        ? "'%s' does not know what to do with %s.".formatted(name, quoted(words))
        : "There is no command '%s %s'.".formatted(name, words.getFirst());
  }

  private static String quoted(List<String> texts) {
    return texts.stream().map(text -> "'" + text + "'").collect(Collectors.joining(", "));
  }

  /** What may have been meant, with a blank at its end; empty where nothing is near. */
  String question() {
    List<String> near = new ArrayList<>();
    if (!options.isEmpty()) {
      List<String> known =
          command.getCommandSpec().optionsMap().keySet().stream()
              .filter(name -> name.startsWith("--"))
              .toList();
      options.forEach(option -> near(option, known).ifPresent(near::add));
    } else if (!command.getSubcommands().isEmpty()) {
      near(words.getFirst(), command.getSubcommands().keySet())
          .or(() -> below(command, words.getFirst()))
          .ifPresent(near::add);
    }
    return near.isEmpty()
        ? ""
        : "Did you mean "
            + String.join(" and ", near.stream().map(n -> "'" + n + "'").toList())
            + "? ";
  }

  private static Optional<String> near(String wanted, Collection<String> known) {
    String letters = wanted.replaceAll("[^\\p{L}\\p{N}]", "");
    if (letters.length() < FEWEST) {
      return Optional.empty();
    }
    return Nearest.to(wanted, known)
        .or(() ->
            known.stream()
                .filter(name -> name.replaceFirst("^-+", "").startsWith(letters))
                .findFirst());
  }

  /** A command of that name further down, such as 'data import' for 'import'. */
  private static Optional<String> below(CommandLine command, String name) {
    for (Map.Entry<String, CommandLine> each : command.getSubcommands().entrySet()) {
      CommandLine found = each.getValue().getSubcommands().get(name);
      if (found != null && !name.equals("help")) {
        return Optional.of(found.getCommandSpec().qualifiedName());
      }
    }
    return Optional.empty();
  }
}
