package org.optirag.scoring.trees;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.optirag.workspace.UserException;

/**
 * Reads LightGBM's text of a model, version 3 or 4: a paragraph on the whole, one for each tree, a
 * line "end of trees". What follows tells how it was trained and is not read.
 */
final class ModelText {
  private static final int MOST_FEATURES = 10_000;
  private static final int MOST_TREES = 10_000;
  private static final Set<String> VERSIONS = Set.of("v3", "v4");
  private static final String END = "end of trees";

  /** What a header may say; another field could give the numbers another meaning. */
  private static final Set<String> HEADER =
      Set.of(
          "version",
          "num_class",
          "num_tree_per_iteration",
          "label_index",
          "max_feature_idx",
          "objective",
          "feature_names",
          "monotone_constraints",
          "feature_infos",
          "tree_sizes");

  /** What a tree may say. Weights and counts tell of the training and are not needed. */
  private static final Set<String> TREE =
      Set.of(
          "num_leaves",
          "num_cat",
          "split_feature",
          "split_gain",
          "threshold",
          "decision_type",
          "left_child",
          "right_child",
          "leaf_value",
          "leaf_weight",
          "leaf_count",
          "internal_value",
          "internal_weight",
          "internal_count",
          "is_linear",
          "shrinkage");

  private final String text;
  private final String file;
  private int at;
  private int features;
  private final List<Tree> trees = new ArrayList<>();

  private ModelText(String text, String file) {
    this.text = text;
    this.file = file;
  }

  /**
   * Reads a text.
   *
   * @param file what errors call it
   * @throws UserException if something in it is not as it has to be
   */
  static ModelText parse(String text, String file) {
    ModelText model = new ModelText(text, file);
    model.read();
    return model;
  }

  int features() {
    return features;
  }

  Forest forest() {
    return Forest.of(trees);
  }

  private void read() {
    if (!nextLine().equals("tree")) {
      throw broken(file, "its first line is not \"tree\"");
    }
    TextFields header = paragraph("header", HEADER);
    if (!VERSIONS.contains(header.text("version"))) {
      throw header.broken(
          "version",
          " is \"%s\", not v3 or v4".formatted(TextFields.shortened(header.text("version"))));
    }
    header.require("num_class", "1");
    header.require("num_tree_per_iteration", "1");
    header.require("objective", "binary sigmoid:1");
    features = header.integer("max_feature_idx", 0, MOST_FEATURES - 1) + 1;
    String line = nextFilled();
    while (!line.equals(END)) {
      if (!line.equals("Tree=" + trees.size())) {
        throw broken(
            file,
            "where Tree=%d or \"%s\" should stand is \"%s\""
                .formatted(trees.size(), END, TextFields.shortened(line)));
      }
      if (trees.size() == MOST_TREES) {
        throw broken(file, "it has more than " + MOST_TREES + " trees");
      }
      trees.add(Tree.of(paragraph(line, TREE), features));
      line = nextFilled();
    }
    if (trees.isEmpty()) {
      throw broken(file, "it has no trees");
    }
  }

  /** The fields up to an empty line. */
  private TextFields paragraph(String name, Set<String> known) {
    Map<String, String> values = new HashMap<>();
    for (String line = nextLine(); !line.isEmpty(); line = nextLine()) {
      int equals = line.indexOf('=');
      String field = equals < 0 ? line : line.substring(0, equals);
      if (equals < 0 || !known.contains(field)) {
        throw broken(
            file, "%s: \"%s\" is not a known field".formatted(name, TextFields.shortened(field)));
      }
      if (values.put(field, line.substring(equals + 1)) != null) {
        throw broken(file, "%s: %s stands there twice".formatted(name, field));
      }
    }
    return new TextFields(file, name, values);
  }

  private String nextFilled() {
    String line = nextLine();
    while (line.isEmpty()) {
      line = nextLine();
    }
    return line;
  }

  private String nextLine() {
    int end = text.indexOf('\n', at);
    if (end < 0) {
      throw broken(file, "it ends before its \"" + END + "\"");
    }
    String line = text.substring(at, end);
    at = end + 1;
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  static UserException broken(String file, String problem) {
    return new UserException(
        file + " is broken: " + problem + ".",
        "Take the file again from where it came from, or learn the trees again.");
  }
}
