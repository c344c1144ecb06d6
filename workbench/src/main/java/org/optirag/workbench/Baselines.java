package org.optirag.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.evaluation.baseline.Baseline;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.evaluation.baseline.TreesModel;
import org.optirag.evaluation.trees.LearnedTrees;
import org.optirag.evaluation.trees.TreesSettings;
import org.optirag.recommender.FeatureGroups;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.workspace.Counted;

/**
 * Models without an LLM by name, learned from a pipeline's training part and tuned on its
 * validation part; clicks alone get drawn negatives.
 *
 * @param pipeline the data and what is computed of them
 */
public record Baselines(Pipeline pipeline) {
  private static final String FEATURES = "features";
  private static final String TREES = "trees";

  /**
   * The names: the baselines, a regression on the graph's features, and boosted trees on all that
   * is known without an LLM. {@code trees:graph+tfidf} are trees on these kinds alone.
   */
  public static List<String> names() {
    List<String> names = new ArrayList<>(Baseline.names());
    names.add(FEATURES);
    names.add(TREES);
    return List.copyOf(names);
  }

  /**
   * Whether there is a baseline of that name; what kinds of features there are is another question,
   * see {@link #requireKinds}.
   */
  public static boolean isKnown(String name) {
    return isTrees(name) || names().contains(name);
  }

  /**
   * Checks, before anything is loaded, that there are the kinds of features that trees are on.
   *
   * @param embedders the sentence models that were added
   * @throws org.optirag.workspace.UserException if one is not
   */
  static void requireKinds(String name, SentenceModelStore embedders) {
    if (isTrees(name)) {
      kinds(name, embedders);
    }
  }

  /**
   * Learns and tunes.
   *
   * @param name one that {@link #isKnown}
   */
  public Baseline.Tuned tuned(String name) {
    Interactions examples = pipeline.impressions(pipeline.split().trainExamples());
    Interactions validation = pipeline.impressions(pipeline.split().validation());
    long seed = pipeline.settings().seed();
    if (name.equals(FEATURES)) {
      FeatureModel model = FeatureModel.learn(pipeline.features()::of, examples, validation, seed);
      return new Baseline.Tuned(model, "ridge " + model.ridge(), Double.NaN);
    }
    if (isTrees(name)) {
      TreesModel model =
          TreesModel.learn(
              name,
              pipeline.figures(FeatureGroups.names(kinds(name, embedders()))),
              examples,
              validation,
              TreesSettings.DEFAULT.withThreads(pipeline.settings().workers()),
              seed,
              pipeline.workplace().progress());
      LearnedTrees learned = model.learned();
      return new Baseline.Tuned(
          model,
          "%s, %s"
              .formatted(
                  Counted.of(learned.trees().trees(), "tree"), learned.shape().description()),
          Double.NaN);
    }
    Split labelled =
        new Split(pipeline.split().train(), examples, validation, pipeline.split().test());
    return Baseline.tune(
        name,
        pipeline.data(),
        labelled,
        pipeline.visible().own(),
        seed,
        pipeline.workplace().progress());
  }

  private SentenceModelStore embedders() {
    return new SentenceModelStore(pipeline.workplace().cache());
  }

  private static boolean isTrees(String name) {
    return name.equals(TREES) || name.startsWith(TREES + ":");
  }

  /** After the colon, parted by +; all without one. */
  private static Set<FeatureGroups.Kind> kinds(String name, SentenceModelStore embedders) {
    return name.equals(TREES)
        ? FeatureGroups.Kind.usual()
        : Arrays.stream(name.substring(TREES.length() + 1).split("\\+"))
            .map(kind -> FeatureGroups.Kind.of(kind, embedders))
            .collect(Collectors.toSet());
  }
}
