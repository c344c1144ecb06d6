package org.optirag.scoring.trees;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Texts of models. */
final class TreeTexts {
  /**
   * Two features. First tree: feature 1 up to 0.5, or missing, gives −1; else feature 0 up to −2
   * gives 2, and above 3; where it is missing, it counts as 0. Second tree: 0.25 for everybody.
   */
  static final String BY_HAND =
      """
      tree
      version=v4
      num_class=1
      num_tree_per_iteration=1
      label_index=0
      max_feature_idx=1
      objective=binary sigmoid:1
      feature_names=a b
      feature_infos=[-9:9] [-9:9]
      tree_sizes=1 1

      Tree=0
      num_leaves=3
      num_cat=0
      split_feature=1 0
      split_gain=30 10
      threshold=0.5 -2
      decision_type=10 0
      left_child=-1 -2
      right_child=1 -3
      leaf_value=-1 2 3
      is_linear=0
      shrinkage=1


      Tree=1
      num_leaves=1
      num_cat=0
      leaf_value=0.25
      is_linear=0
      shrinkage=1


      end of trees

      parameters:
      [boosting: gbdt]
      end of parameters
      """;

  private TreeTexts() {}

  /** What Python's LightGBM learned. */
  static String golden() {
    return resource("boosted_trees.txt");
  }

  static String resource(String name) {
    try (InputStream in = TreeTexts.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
