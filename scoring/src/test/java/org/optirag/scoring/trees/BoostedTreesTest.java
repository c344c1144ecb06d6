package org.optirag.scoring.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class BoostedTreesTest {
  private static final BoostedTrees BY_HAND = BoostedTrees.parse(TreeTexts.BY_HAND, "by hand");

  @TempDir private Path folder;

  @Test
  void treesByHandGiveTheSumOfTheirLeaves() {
    assertThat(BY_HAND.features()).isEqualTo(2);
    assertThat(BY_HAND.trees()).isEqualTo(2);
    assertThat(logit(0, 0.4f)).isEqualTo(-0.75);
    assertThat(logit(0, 0.5f)).as("on the threshold").isEqualTo(-0.75);
    assertThat(logit(-2, 0.6f)).as("on the threshold").isEqualTo(2.25);
    assertThat(logit(-1.9f, 0.6f)).isEqualTo(3.25);
  }

  @Test
  void aMissingValueGoesTheDefaultWayOrCountsAsZero() {
    assertThat(logit(0, Float.NaN)).as("by default left").isEqualTo(-0.75);
    assertThat(logit(Float.NaN, 1)).as("0 is above -2").isEqualTo(3.25);
    String rightByDefault = TreeTexts.BY_HAND.replace("decision_type=10 0", "decision_type=8 0");
    assertThat(BoostedTrees.parse(rightByDefault, "x").logit(new float[] {0, Float.NaN}))
        .isEqualTo(3.25);
  }

  @Test
  void infiniteValuesFallToTheirSide() {
    assertThat(logit(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY)).isEqualTo(2.25);
    assertThat(logit(Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY)).isEqualTo(3.25);
  }

  @Test
  void aSplitMayAskOnlyWhetherAValueIsMissing() {
    String asked =
        TreeTexts.BY_HAND
            .replace("threshold=0.5 -2", "threshold=inf -2")
            .replace("decision_type=10 0", "decision_type=8 0");
    BoostedTrees trees = BoostedTrees.parse(asked, "x");
    assertThat(trees.logit(new float[] {0, Float.POSITIVE_INFINITY})).isEqualTo(-0.75);
    assertThat(trees.logit(new float[] {0, Float.NaN})).isEqualTo(3.25);
  }

  @Test
  void importanceIsTheShareOfTheGain() {
    assertThat(BY_HAND.importance()).containsExactly(0.25, 0.75);
    String alike = TreeTexts.BY_HAND.replace("split_gain=30 10", "split_gain=0 -1e-9");
    assertThat(BoostedTrees.parse(alike, "x").importance()).containsExactly(0, 0);
  }

  @Test
  void aRowOfAnotherWidthIsRefused() {
    assertThatThrownBy(() -> BY_HAND.logit(new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("features differ: 3 != 2");
  }

  @Test
  void whatPythonLearnedIsReadAsPythonReadsIt() {
    JsonNode golden = new ObjectMapper().readTree(TreeTexts.resource("boosted_trees.json"));
    BoostedTrees trees = BoostedTrees.parse(TreeTexts.golden(), "golden");
    assertThat(trees.features()).isEqualTo(6);
    assertThat(trees.trees()).isEqualTo(40);
    assertThat(golden.get("rows")).hasSize(200);
    for (int i = 0; i < golden.get("rows").size(); i++) {
      assertThat(trees.logit(row(golden.get("rows").get(i))))
          .as("row %d", i)
          .isEqualTo(golden.get("logits").get(i).doubleValue());
    }
    double[] importance = trees.importance();
    for (int f = 0; f < importance.length; f++) {
      // The text has the gains with six digits.
      assertThat(importance[f])
          .isCloseTo(golden.get("importance").get(f).doubleValue(), within(1e-5));
    }
  }

  private static float[] row(JsonNode values) {
    float[] row = new float[values.size()];
    for (int f = 0; f < row.length; f++) {
      row[f] = values.get(f).isNull() ? Float.NaN : (float) values.get(f).doubleValue();
    }
    return row;
  }

  @Test
  void aFileIsWrittenAsItWasRead() throws IOException {
    Path file = folder.resolve("trees.txt");
    Path copy = folder.resolve("copy.txt");
    String named = TreeTexts.BY_HAND.replace("feature_names=a b", "feature_names=ä é");
    BoostedTrees.parse(named, "named").write(file);
    assertThat(file).hasContent(named);
    BoostedTrees read = BoostedTrees.read(file);
    read.write(copy);
    assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    assertThat(read.logit(new float[] {-3, 1})).isEqualTo(logit(-3, 1));
  }

  @Test
  void whatIsNoFileOrTooLargeIsRefused() throws IOException {
    Path missing = folder.resolve("none.txt");
    assertThatThrownBy(() -> BoostedTrees.read(missing))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Cannot read " + missing);
    Path large = folder.resolve("large.txt");
    Files.write(large, new byte[BoostedTrees.MOST_BYTES + 1]);
    assertThatThrownBy(() -> BoostedTrees.read(large))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(large + " is broken: it has more than 33554432 bytes.");
  }

  private static double logit(float... row) {
    return BY_HAND.logit(row);
  }
}
