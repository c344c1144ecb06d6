package org.optirag.workbench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.optirag.backbone.ExitHead;
import org.optirag.dataset.Examples;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.evaluation.baseline.TreesModel;
import org.optirag.evaluation.trees.TreesSettings;
import org.optirag.recommender.FeatureGroups;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.TreeFeatures;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.workspace.Deadline;

/**
 * The head before the first block: what the candidates' figures say without the LLM. The heads
 * after blocks add to it what the LLM reads.
 *
 * @param schema what is read, and how
 * @param trees that read it, absent where heads read the figures one by one
 * @param head answers by the rows
 * @param rows what heads read
 * @param learnedFrom the same for the examples of the training part: what trees say of examples
 *     that they were learned from is surer than what they say of others, and the LLM would learn to
 *     trust it
 */
record HeadZero(
    FeatureSchema schema,
    Optional<BoostedTrees> trees,
    ExitHead head,
    FeatureSource rows,
    FeatureSource learnedFrom) {

  /** Enough to tell which of two models loses less. */
  private static final int COMPARED = 20_000;

  /**
   * Learns from the whole training part, and is chosen on the whole of validation.
   *
   * @param kinds of figures, at least one
   * @param model how they are read
   * @param deadline of the whole training: where trees took much of it, nothing is tried beside
   *     them
   */
  static HeadZero learn(
      Pipeline opened,
      Set<FeatureGroups.Kind> kinds,
      ExampleSettings.HeadZeroModel model,
      Interactions train,
      Interactions held,
      Deadline deadline) {
    List<String> names = FeatureGroups.names(kinds);
    FeatureSource figures = opened.figures(names);
    long seed = opened.settings().seed();
    if (model == ExampleSettings.HeadZeroModel.LINEAR) {
      return linear(names, figures, train, held, seed);
    }
    double before = deadline.secondsLeft();
    HeadZero trees = trees(names, figures, train, held, opened);
    if (model == ExampleSettings.HeadZeroModel.TREES || held.size() == 0) {
      return trees;
    }
    if (!leavesTimeForAnother(before, deadline.secondsLeft())) {
      opened
          .workplace()
          .remarks()
          .accept(
              "Head 0 reads its features with trees; a regression is not tried beside them, since --time is short.");
      return trees;
    }
    HeadZero linear = linear(names, figures, train, held, seed);
    Interactions sample = Examples.sample(held, COMPARED, seed);
    double ofTrees = trees.loss(sample);
    double ofLinear = linear.loss(sample);
    opened
        .workplace()
        .remarks()
        .accept(
            String.format(
                Locale.ROOT,
                "Head 0: LogLoss on validation %.4f with trees, %.4f with a regression.",
                ofTrees,
                ofLinear));
    return ofLinear < ofTrees ? linear : trees;
  }

  /**
   * Whether there is time for a second model, which takes about as long as the first and may take
   * twice as long: an eighth of what is left is enough for it.
   *
   * @param before seconds that were left before the first; infinite without a deadline
   * @param after seconds that are left now
   */
  static boolean leavesTimeForAnother(double before, double after) {
    return Double.isInfinite(after) || 8 * (before - after) <= after;
  }

  /** The mean log loss, in nats. */
  private double loss(Interactions impressions) {
    double loss = 0;
    for (int row = 0; row < impressions.size(); row++) {
      float[][] read =
          rows.of(impressions.user(row), new int[] {impressions.item(row)}, impressions.time(row));
      float[] logits = head.logits(new float[1][0], read)[0];
      double against = impressions.label(row) ? logits[0] - logits[1] : logits[1] - logits[0];
      loss += Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
    }
    return loss / impressions.size();
  }

  private static HeadZero linear(
      List<String> names, FeatureSource figures, Interactions train, Interactions held, long seed) {
    FeatureModel learned = FeatureModel.learn(figures, train, held, seed);
    FeatureSource rows = new ScaledFeatures(figures, learned.scaling(), learned.units());
    return new HeadZero(
        FeatureSchema.of(names, learned.scaling(), learned.units()),
        Optional.empty(),
        learned.head(),
        rows,
        rows);
  }

  private static HeadZero trees(
      List<String> names,
      FeatureSource figures,
      Interactions train,
      Interactions held,
      Pipeline opened) {
    TreesModel learned =
        TreesModel.learn(
            "head 0",
            figures,
            train,
            held,
            TreesSettings.DEFAULT.withThreads(opened.settings().workers()),
            opened.settings().seed(),
            opened.workplace().progress());
    BoostedTrees trees = learned.learned().trees();
    return new HeadZero(
        FeatureSchema.ofTrees(names),
        Optional.of(trees),
        ExitHead.ofFeatures(new float[] {1}, 0),
        new TreeFeatures(figures, trees),
        learned.ofOthers(opened.workplace().progress()));
  }
}
