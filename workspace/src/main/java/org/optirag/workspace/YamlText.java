package org.optirag.workspace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A text of YAML with the place of each of its fields. What is no YAML, or would be read otherwise
 * than it looks, is refused by line and column.
 */
final class YamlText {
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setAllowNonScalarKeys(true).build(); // told here, by their line
  private static final int EXCERPT = 60;
  private static final String NO_COLON = "Write 'name: value', with a blank after the colon.";

  private final Path file;
  private final List<String> lines;
  private final @Nullable Node root;

  /**
   * Reads a text.
   *
   * @throws UserException if it is no YAML, is several documents, refers to other places of itself,
   *     or has a field twice
   */
  YamlText(Path file, String text) {
    this.file = file;
    this.lines = text.lines().toList();
    try {
      for (Event event : new Parse(SETTINGS).parseString(text)) {
        if (event instanceof AliasEvent alias) {
          throw new UserException(
              at(alias.getStartMark()) + ": the alias '*" + alias.getAlias() + "' is not followed.",
              "Write the value out; or in quotes, if it is one.");
        }
      }
      root = new Compose(SETTINGS).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      throw unreadable(e);
    } catch (YamlEngineException | StackOverflowError e) {
      throw new UserException(file + " is not YAML.", "See the example in the documentation.", e);
    }
    if (root != null) {
      insistOnOneEach(root);
    }
  }

  private void insistOnOneEach(Node node) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(this::insistOnOneEach);
    }
    if (!(node instanceof MappingNode fields)) {
      return;
    }
    Map<String, Mark> known = new HashMap<>();
    for (NodeTuple field : fields.getValue()) {
      Optional<Mark> here = field.getKeyNode().getStartMark();
      if (!(field.getKeyNode() instanceof ScalarNode name)) {
        throw new UserException(
            at(here) + ": a list or map stands where the name of a field should.",
            "Write 'name: value'; put a value that begins with { or [ in quotes.");
      }
      Mark before = here.isEmpty() ? null : known.put(name.getValue(), here.get());
      if (before != null) {
        throw new UserException(
            at(here)
                + (": the field '" + name.getValue() + "' stands here again, first in line ")
                + (before.getLine() + 1)
                + ".",
            "Keep one of them; several tables are a list, each begun by '- '.");
      }
      insistOnOneEach(field.getValueNode());
    }
  }

  /** "FILE, line 3, column 5". */
  private String at(Optional<Mark> mark) {
    return mark.map(m -> file + ", line " + (m.getLine() + 1) + ", column " + (m.getColumn() + 1))
        .orElse(file.toString());
  }

  /**
   * Where a field stands, with its name: "FILE, line 3, field rules.core". What is not there is
   * placed at what it would be in.
   *
   * @param path names, and numbers of elements such as "[1]", parted by dots; where a list has no
   *     number, the first of its elements that has the field
   */
  String place(String named) {
    String path = normal(named);
    Mark mark = root == null || path.isEmpty() ? null : mark(root, path.split("\\.", -1), 0, null);
    return file
        + (mark == null ? "" : ", line " + (mark.getLine() + 1))
        + (path.isEmpty() ? "" : ", field " + path);
  }

  /** The path without the numbers of elements where there is one alone, and no list. */
  private String normal(String path) {
    List<String> kept = new ArrayList<>();
    Node node = root;
    for (String name : path.split("\\.", -1)) {
      if (!name.equals("[0]") || node == null || node instanceof SequenceNode) {
        kept.add(name);
        node = node == null ? null : within(node, name);
      }
    }
    return String.join(".", kept);
  }

  private static @Nullable Node within(Node of, String name) {
    if (of instanceof SequenceNode list && name.matches("\\[\\d+]")) {
      int index = Integer.parseInt(name.substring(1, name.length() - 1));
      return index < list.getValue().size() ? list.getValue().get(index) : null;
    }
    if (of instanceof MappingNode fields) {
      for (NodeTuple field : fields.getValue()) {
        if (field.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name)) {
          return field.getValueNode();
        }
      }
    }
    return null;
  }

  private static @Nullable Mark mark(Node node, String[] path, int at, @Nullable Mark best) {
    if (at == path.length) {
      return best;
    }
    if (node instanceof SequenceNode list) {
      if (path[at].matches("\\[\\d+]")) {
        int index = Integer.parseInt(path[at].substring(1, path[at].length() - 1));
        Node element = index < list.getValue().size() ? list.getValue().get(index) : null;
        return element == null
            ? best
            : mark(element, path, at + 1, element.getStartMark().orElse(best));
      }
      for (Node element : list.getValue()) {
        if (has(element, path[at])) {
          return mark(element, path, at, best);
        }
      }
      return best;
    }
    if (node instanceof MappingNode fields) {
      for (NodeTuple field : fields.getValue()) {
        if (field.getKeyNode() instanceof ScalarNode name && name.getValue().equals(path[at])) {
          return mark(
              field.getValueNode(), path, at + 1, field.getKeyNode().getStartMark().orElse(best));
        }
      }
    }
    return best;
  }

  private static boolean has(Node node, String name) {
    return node instanceof MappingNode fields
        && fields.getValue().stream()
            .anyMatch(field ->
                field.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name));
  }

  /** What stands at a path, in words such as "a list" or "'many'". */
  String kind(String named) {
    String path = normal(named);
    Node node = root;
    for (String name : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
      node = node == null ? null : within(node, name);
    }
    if (node instanceof SequenceNode) {
      return "a list";
    }
    if (node instanceof MappingNode) {
      return "a group of fields";
    }
    return node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()
        ? "'" + excerpt(scalar.getValue()) + "'"
        : "empty";
  }

  /** The parser's complaint in words that say what to do. */
  private UserException unreadable(MarkedYamlEngineException e) {
    String problem = e.getProblem() == null ? "" : e.getProblem().toLowerCase(Locale.ROOT);
    String context = e.getContext() == null ? "" : e.getContext().toLowerCase(Locale.ROOT);
    Optional<Mark> mark = e.getProblemMark();
    Optional<Mark> begun = e.getContextMark();
    String from = begun.map(m -> " of line " + (m.getLine() + 1)).orElse("");
    int line = mark.map(Mark::getLine).orElse(0);
    int tabbed = tabbed(line);
    if (tabbed >= 0) {
      int column = lines.get(tabbed).indexOf('\t') + 1;
      return new UserException(
          file + ", line " + (tabbed + 1) + ", column " + column + ": a tab before a field.",
          "Indent by blanks; YAML allows no tabs there.",
          e);
    }
    String why;
    String wayOut;
    int bare = problem.contains("mapping values are not allowed") ? bare(line) : -1;
    if (bare >= 0) {
      return new UserException(
          (file + ", line " + (bare + 1) + ", column ")
              + (lines.get(bare).length() - lines.get(bare).stripLeading().length() + 1)
              + (": no colon follows '" + excerpt(lines.get(bare).strip()) + "'."),
          NO_COLON,
          e);
    }
    if (problem.contains("could not find expected ':'")
        || context.contains("while scanning a simple key")) {
      mark = begun.isPresent() ? begun : mark;
      why = "no colon follows '" + word(mark) + "'";
      wayOut = NO_COLON;
    } else if (problem.contains("mapping values are not allowed")) {
      why = "a colon where none can be, after '" + before(mark) + "'";
      wayOut =
          "Put a value with a colon in quotes; check that the line before has its colon, and that"
              + " this one is indented as its neighbours.";
    } else if (problem.contains("but found '<scalar>'") && !before(mark).isEmpty()) {
      why = "text follows the value that ends after '" + before(mark) + "'";
      wayOut = "Put the whole value in quotes, or begin a new line with a field's name.";
    } else if (problem.contains("block end") || problem.contains("block mapping start")) {
      why = "this line is indented otherwise than those of its group" + since(begun);
      wayOut = "Indent all fields of a group by as many blanks.";
    } else if (problem.contains("',' or '}'") || problem.contains("',' or ']'")) {
      char open = problem.contains("'}'") ? '{' : '[';
      why = "the " + open + from + " is not closed before this";
      wayOut = "Close it with " + (open == '{' ? '}' : ']') + ", and part its elements by commas.";
    } else if (context.contains("quoted scalar") || context.contains("quoted text")) {
      mark = begun.isPresent() ? begun : mark;
      boolean escape = problem.contains("escape");
      why =
          escape
              ? "a backslash within double quotes that means nothing"
              : "a quote is opened here and never closed";
      wayOut =
          escape ? "Double it, or use single quotes." : "Close it, with the same sort of quote.";
    } else if (problem.contains("cannot start any token")) {
      why = "a value cannot begin with '" + here(mark) + "'";
      wayOut = "Put the value in quotes.";
    } else if (problem.contains("another document") || context.contains("single document")) {
      why = "a second document begins here ('---')";
      wayOut = "Keep one; a file holds one configuration.";
    } else if (problem.contains("special characters are not allowed")) {
      why = "a control character";
      wayOut = "Remove it, and save the file as UTF-8.";
    } else {
      why = "this cannot be read as YAML";
      wayOut =
          "Check the indentation, colons, quotes and brackets of this line and the one before.";
    }
    return new UserException(at(mark) + ": " + why + ".", wayOut, e);
  }

  /** The line of a complaint or the one before it, where it begins with a tab; else -1. */
  private int tabbed(int line) {
    for (int i = Math.min(line, lines.size() - 1); i >= Math.max(0, line - 1); i--) {
      String text = lines.get(i);
      if (text.substring(0, text.length() - text.stripLeading().length()).indexOf('\t') >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** The line before a complaint, where it has no colon that parts a name from its value. */
  private int bare(int line) {
    for (int i = Math.min(line, lines.size()) - 1; i >= 0; i--) {
      String text = lines.get(i).strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        return text.endsWith(":") || text.contains(": ") || text.startsWith("-") ? -1 : i;
      }
    }
    return -1;
  }

  private static String since(Optional<Mark> begun) {
    return begun.map(m -> ", which begins in line " + (m.getLine() + 1)).orElse("");
  }

  private String text(Optional<Mark> mark) {
    int line = mark.map(Mark::getLine).orElse(0);
    return line < lines.size() ? lines.get(line) : "";
  }

  private String word(Optional<Mark> mark) {
    String text = text(mark);
    return excerpt(
        text.substring(Math.min(text.length(), mark.map(Mark::getColumn).orElse(0))).strip());
  }

  private String before(Optional<Mark> mark) {
    String text = text(mark);
    return excerpt(
        text.substring(0, Math.min(text.length(), mark.map(Mark::getColumn).orElse(0))).strip());
  }

  private String here(Optional<Mark> mark) {
    String word = word(mark);
    return word.isEmpty() ? "" : word.substring(0, word.offsetByCodePoints(0, 1));
  }

  private static String excerpt(String text) {
    return text.length() <= EXCERPT ? text : text.substring(0, EXCERPT) + "…";
  }
}
