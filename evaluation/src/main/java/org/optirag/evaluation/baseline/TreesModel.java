package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.optirag.dataset.Examples;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.evaluation.trees.LearnedTrees;
import org.optirag.evaluation.trees.TreesLearner;
import org.optirag.evaluation.trees.TreesSettings;
import org.optirag.scoring.FeatureSource;
import org.optirag.workspace.Progress;

/**
 * What the features of candidates reach without a language model: boosted trees, which need no
 * scaling, take missing values as they are and find how features depend on each other. The row of a
 * table that a language model has to beat.
 */
public final class TreesModel implements ImpressionScorer {
  /** The most examples that are learned from and chosen by, drawn at random. */
  public static final int MOST_EXAMPLES = 400_000;

  private final FeatureSource features;
  private final LearnedTrees learned;
  private final double buildSeconds;

  private TreesModel(FeatureSource features, LearnedTrees learned, double buildSeconds) {
    this.features = features;
    this.learned = learned;
    this.buildSeconds = buildSeconds;
  }

  /**
   * Learns from training examples; the shape of the trees and their number are chosen by the log
   * loss on validation.
   *
   * @param features of an impression, as they were at its time; not scaled
   * @param examples labelled impressions of the training part
   * @throws IllegalArgumentException if there are no examples
   * @throws org.optirag.workspace.UserException if LightGBM cannot run on this machine
   */
  public static TreesModel learn(
      FeatureSource features,
      Interactions examples,
      Interactions validation,
      TreesSettings settings,
      long seed,
      Progress progress) {
    long start = System.nanoTime();
    Interactions drawn = Examples.sample(examples, MOST_EXAMPLES, seed);
    Interactions held = Examples.sample(validation, MOST_EXAMPLES, seed);
    FeatureTable train;
    FeatureTable chosenBy;
    try (Progress.Task task =
        progress.begin("read features", drawn.size() + held.size(), "example")) {
      FeatureSource counted =
          (user, candidates, time) -> {
            task.advance(1);
            return features.of(user, candidates, time);
          };
      train = FeatureTable.of(counted, drawn);
      chosenBy = FeatureTable.of(counted, held);
    }
    LearnedTrees learned =
        TreesLearner.learn(
            train.x(), train.y(), chosenBy.x(), chosenBy.y(), settings, seed, progress);
    return new TreesModel(features, learned, (System.nanoTime() - start) / 1e9);
  }

  @Override
  public String name() {
    return "trees";
  }

  /** The trees, and how they were chosen. */
  public LearnedTrees learned() {
    return learned;
  }

  @Override
  public double[] score(int user, int[] items, long time, StageTimes times) {
    float[][] rows = times.time("features", () -> features.of(user, items, time));
    return times.time("score", () -> Arrays.stream(rows).mapToDouble(this::probability).toArray());
  }

  private double probability(float[] row) {
    return 1 / (1 + Math.exp(-learned.trees().logit(row)));
  }

  @Override
  public double buildSeconds() {
    return buildSeconds;
  }
}
