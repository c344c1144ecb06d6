package org.optirag.scoring.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.optirag.workspace.UserException;

/** What a stranger's file may hold. */
class ModelTextTest {
  private static final long SEED = 20260103;
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "1",
          "7",
          "-7",
          "2147483647",
          "-2147483648",
          "2147483648",
          "99999999999999",
          "1e308",
          "-1e308",
          "1e999",
          "NaN",
          "inf",
          "-inf",
          "Infinity",
          "0x1p3",
          "1d",
          "1f",
          ".",
          "1.2.3",
          "",
          " ",
          "-",
          "٣",
          "\u0000",
          "1e-400",
          "0.5",
          "1e99999999",
          "=",
          "1 1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tree\\n | forest\\n | its first line is not "tree"
          version=v4 | version=v9 | header: version is "v9", not v3 or v4
          version=v4\\n | '' | header: version is missing
          num_class=1 | num_class=3 | header: num_class is "3", not "1"
          num_tree_per_iteration=1 | num_tree_per_iteration=2 | header: num_tree_per_iteration is "2", not "1"
          binary sigmoid:1 | lambdarank | header: objective is "lambdarank", not "binary sigmoid:1"
          max_feature_idx=1 | max_feature_idx=10000 | header: max_feature_idx[0] is not a whole number from 0 to 9999
          max_feature_idx=1 | max_feature_idx=-1 | header: max_feature_idx[0] is not a whole number from 0 to 9999
          tree_sizes=1 1 | average_output | header: "average_output" is not a known field
          tree_sizes=1 1 | version=v4 | header: version stands there twice
          Tree=1 | Tree=2 | where Tree=1 or "end of trees" should stand is "Tree=2"
          end of trees | end | where Tree=2 or "end of trees" should stand is "end"
          num_leaves=3 | num_leaves=2147483647 | Tree=0: num_leaves[0] is not a whole number from 1 to 65536
          num_leaves=3 | num_leaves=60000 | Tree=0: threshold has not 59999 values
          num_leaves=3 | num_leaves=4 | Tree=0: threshold has 2 values, not 3
          num_leaves=3 | num_leaves=2 | Tree=0: threshold has more than 1 values
          num_cat=0 | num_cat=1 | Tree=0: num_cat says that it has splits by categories, which are not known here
          is_linear=0 | is_linear=1 | Tree=0: is_linear says that it has linear models in its leaves, which are not known here
          shrinkage=1 | leaf_const=1 | Tree=0: "leaf_const" is not a known field
          split_feature=1 0 | split_feature=1 2 | Tree=0: split_feature[1] is not a whole number from 0 to 1
          threshold=0.5 -2 | threshold=0.5 NaN | Tree=0: threshold[1] is "NaN", not a number
          decision_type=10 0 | decision_type=1 0 | Tree=0: decision_type[0] is 1, a kind of split that is not known here
          decision_type=10 0 | decision_type=10 4 | Tree=0: decision_type[1] is 4, a kind of split that is not known here
          left_child=-1 -2 | left_child=-1 -4 | Tree=0: left_child[1] is not a whole number from -3 to 1
          left_child=-1 -2 | left_child=-1 0 | Tree=0: left_child[1] is 0, which is not a tree
          left_child=-1 -2 | left_child=1 -2 | Tree=0: right_child[0] is 1, which is not a tree
          right_child=1 -3 | right_child=1 1 | Tree=0: right_child[1] is 1, which is not a tree
          right_child=1 -3 | right_child=1 -2 | Tree=0: right_child[1] is -2, which is not a tree
          leaf_value=-1 2 3 | leaf_value=-1 2 1e300 | Tree=0: leaf_value[2] is "1e300", not a number from -1000000.0 to 1000000.0
          leaf_value=-1 2 3 | leaf_value=-1 2 inf | Tree=0: leaf_value[2] is "inf", not a number from -1000000.0 to 1000000.0
          leaf_value=-1 2 3 | leaf_value=-1 2 | Tree=0: leaf_value has not 3 values
          """)
  void whatIsWrongIsNamed(String right, String wrong, String problem) {
    String from = right.replace("\\n", "\n");
    assertThat(TreeTexts.BY_HAND).contains(from);
    int at = TreeTexts.BY_HAND.indexOf(from);
    String text =
        TreeTexts.BY_HAND.substring(0, at)
            + wrong.replace("\\n", "\n")
            + TreeTexts.BY_HAND.substring(at + from.length());
    assertThatThrownBy(() -> BoostedTrees.parse(text, "bundle/trees.txt"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "bundle/trees.txt is broken: "
                + problem
                + ". Take the file again from where it came from, or learn the trees again.");
  }

  @Test
  void aFileThatEndsEarlyIsRefused() {
    String golden = TreeTexts.golden();
    int end = golden.indexOf("end of trees") + "end of trees".length();
    Random random = new Random(SEED);
    for (int i = 0; i < 100; i++) {
      int length = random.nextInt(end + 1);
      assertThat(broken(golden.substring(0, length))).as("%d characters", length).isNotNull();
    }
    assertThat(broken(golden.substring(0, end + 1))).as("the end is a whole line").isNull();
  }

  @Test
  void noTextMakesAnythingButAUserException() {
    for (String whole : List.of(TreeTexts.BY_HAND, TreeTexts.golden())) {
      Random random = new Random(SEED);
      int refused = 0;
      for (int i = 0; i < 1000; i++) {
        refused += broken(mutated(whole, random)) == null ? 0 : 1;
      }
      assertThat(refused).as("seed %d", SEED).isBetween(100, 1000);
    }
  }

  /** A few numbers, characters or lines are other than they were. */
  private static String mutated(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    int end = text.indexOf("end of trees");
    for (int change = random.nextInt(3); change >= 0 && !mutated.isEmpty(); change--) {
      int at = random.nextInt(Math.min(end, mutated.length()));
      switch (random.nextInt(4)) {
        case 0 -> {
          int to = at;
          while (to < mutated.length() && " =\n".indexOf(mutated.charAt(to)) < 0) {
            to++;
          }
          mutated.replace(at, to, NUMBERS.get(random.nextInt(NUMBERS.size())));
        }
        case 1 -> mutated.setCharAt(at, (char) random.nextInt(256));
        case 2 -> mutated.delete(at, Math.min(mutated.length(), at + random.nextInt(400)));
        default -> mutated.insert(at, text, 0, random.nextInt(end));
      }
    }
    return mutated.toString();
  }

  /** The error, or null if the text was read; its trees then answer with a number. */
  private static @Nullable UserException broken(String text) {
    try {
      BoostedTrees trees = BoostedTrees.parse(text, "x");
      float[] row = new float[trees.features()];
      assertThat(trees.logit(row)).isFinite();
      Arrays.fill(row, Float.NaN);
      assertThat(trees.logit(row)).isFinite();
      return null;
    } catch (UserException e) {
      return e;
    }
  }
}
