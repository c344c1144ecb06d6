package org.optirag.workbench;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.optirag.backbone.ExitHead;
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

  /**
   * Learns from the whole training part, and is chosen on the whole of validation.
   *
   * @param kinds of figures, at least one
   */
  static HeadZero learn(
      Pipeline opened,
      Set<FeatureGroups.Kind> kinds,
      FeatureSchema.Model model,
      Interactions train,
      Interactions held) {
    List<String> names = FeatureGroups.names(kinds);
    FeatureSource figures = opened.figures(names);
    return switch (model) {
      case LINEAR -> linear(names, figures, train, held, opened.settings().seed());
      case TREES -> trees(names, figures, train, held, opened);
    };
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
