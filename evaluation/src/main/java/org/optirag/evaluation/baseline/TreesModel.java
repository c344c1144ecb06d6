package org.optirag.evaluation.baseline;

import java.util.Arrays;
import java.util.List;
import org.optirag.dataset.Examples;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.evaluation.trees.LearnedTrees;
import org.optirag.evaluation.trees.TreesLearner;
import org.optirag.evaluation.trees.TreesSettings;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.TreeFeatures;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.workspace.Progress;

/**
 * What the features of candidates reach without a language model: boosted trees, which need no
 * scaling, take missing values as they are and find how features depend on each other. The row of a
 * table that a language model has to beat.
 */
public final class TreesModel implements ImpressionScorer {
  /** The most examples that are learned from and chosen by, drawn at random. */
  public static final int MOST_EXAMPLES = 400_000;

  private final String name;
  private final FeatureSource features;
  private final Interactions examples;
  private final FeatureTable train;
  private final TreesSettings settings;
  private final long seed;
  private final LearnedTrees learned;
  private final double buildSeconds;

  private TreesModel(
      String name,
      FeatureSource features,
      Interactions examples,
      FeatureTable train,
      TreesSettings settings,
      long seed,
      LearnedTrees learned,
      double buildSeconds) {
    this.name = name;
    this.features = features;
    this.examples = examples;
    this.train = train;
    this.settings = settings;
    this.seed = seed;
    this.learned = learned;
    this.buildSeconds = buildSeconds;
  }

  /**
   * Learns from training examples; the shape of the trees and their number are chosen by the log
   * loss on validation.
   *
   * @param name in tables
   * @param features of an impression, as they were at its time; not scaled
   * @param examples labelled impressions of the training part
   * @throws IllegalArgumentException if there are no examples
   * @throws org.optirag.workspace.UserException if LightGBM cannot run on this machine
   */
  public static TreesModel learn(
      String name,
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
            task.advance(candidates.length);
            return features.of(user, candidates, time);
          };
      train = FeatureTable.of(counted, drawn);
      chosenBy = FeatureTable.of(counted, held);
    }
    LearnedTrees learned =
        TreesLearner.learn(
            train.x(), train.y(), chosenBy.x(), chosenBy.y(), settings, seed, progress);
    return new TreesModel(
        name, features, drawn, train, settings, seed, learned, (System.nanoTime() - start) / 1e9);
  }

  /**
   * What trees say that have not learned from the user in question: one model from each half of the
   * users, of the shape and number of trees that were chosen. Trees are surer of examples that they
   * were learned from than of others; who learns from what they say of the training part needs them
   * as they will be.
   *
   * @return rows of one number, the log odds of a like
   */
  public FeatureSource ofOthers(Progress progress) {
    TreesSettings chosen =
        new TreesSettings(
            List.of(learned.shape()),
            learned.trees().trees(),
            settings.patience(),
            learned.trees().trees(),
            1);
    BoostedTrees[] ofHalves = new BoostedTrees[2];
    for (int half = 0; half < 2; half++) {
      int other = 1 - half;
      FeatureTable part = train.where(row -> examples.user(row) % 2 == other);
      if (part.y().length == 0) {
        ofHalves[half] = learned.trees();
        continue;
      }
      ofHalves[half] =
          TreesLearner.learn(
                  part.x(), part.y(), new float[0][], new boolean[0], chosen, seed, progress)
              .trees();
    }
    return (user, candidates, time) ->
        new TreeFeatures(features, ofHalves[user % 2]).of(user, candidates, time);
  }

  @Override
  public String name() {
    return name;
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
