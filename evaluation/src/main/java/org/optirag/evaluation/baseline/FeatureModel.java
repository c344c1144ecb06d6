package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.optirag.backbone.ExitHead;
import org.optirag.dataset.Examples;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.retrieval.FeatureScaling;
import org.optirag.retrieval.ReluFeatures;
import org.optirag.scoring.FeatureSource;

/**
 * What features of candidates reach without a language model: a logistic regression on them and on
 * some rectified units over them. Its weights are where exit heads that read the same begin.
 */
public final class FeatureModel implements ImpressionScorer {
  /**
   * The most training examples that are learned from, drawn at random: fourteen weights need no
   * more.
   */
  public static final int MOST_EXAMPLES = 200_000;

  private static final double[] RIDGES = {1, 10, 100, 300, 1000, 3000};
  private static final double RIDGE_UNCHOSEN = 3;

  /** Shares of the oldest examples left out: when they were made, the graph knew little. */
  private static final double[] SKIPPED = {0, 0.12, 0.3};

  private final FeatureSource features;
  private final Choice choice;
  private final FeatureNetwork network;
  private final double buildSeconds;

  private FeatureModel(
      FeatureSource features, Choice choice, FeatureNetwork network, double buildSeconds) {
    this.features = features;
    this.choice = choice;
    this.network = network;
    this.buildSeconds = buildSeconds;
  }

  private record Choice(
      FeatureScaling scaling, LogisticRegression regression, double ridge, double skipped) {

    static Choice fit(FeatureTable train, double ridge, double skipped) {
      FeatureTable younger = train.without(skipped);
      FeatureScaling scaling = FeatureScaling.fit(younger.x());
      return new Choice(
          scaling,
          LogisticRegression.fit(scaling.apply(younger.x()), younger.y(), ridge),
          ridge,
          skipped);
    }

    double loss(FeatureTable validation) {
      return validation.loss(row -> regression.probability(scaling.apply(row)));
    }

    /** Without units: the regression as it is. */
    FeatureNetwork alone() {
      return new FeatureNetwork(ReluFeatures.NONE, regression.weights(), regression.bias());
    }

    FeatureNetwork network(FeatureTable train, FeatureTable validation, long seed) {
      FeatureTable younger = train.without(skipped);
      return FeatureNetwork.fit(
          regression,
          scaling.apply(younger.x()),
          younger.y(),
          scaling.apply(validation.x()),
          validation.y(),
          seed);
    }
  }

  /**
   * Learns from training examples. The ridge penalty, how many of the oldest examples are left out
   * and how long the units learn are chosen by the log loss on validation; without validation rows
   * all examples are taken, and there are no units.
   *
   * @param features of an impression, as they were at its time; not scaled
   * @param examples labelled impressions of the training part
   * @throws IllegalArgumentException if there are no examples
   */
  public static FeatureModel learn(
      FeatureSource features, Interactions examples, Interactions validation, long seed) {
    if (examples.size() == 0) {
      throw new IllegalArgumentException("no training examples");
    }
    long start = System.nanoTime();
    FeatureTable train = FeatureTable.of(features, Examples.sample(examples, MOST_EXAMPLES, seed));
    Choice best = Choice.fit(train, RIDGE_UNCHOSEN, 0);
    FeatureNetwork network = best.alone();
    if (validation.size() > 0) {
      FeatureTable held =
          FeatureTable.of(features, Examples.sample(validation, MOST_EXAMPLES, seed));
      best = choose(train, best, held);
      network = best.network(train, held, seed);
    }
    return new FeatureModel(features, best, network, (System.nanoTime() - start) / 1e9);
  }

  private static Choice choose(FeatureTable train, Choice first, FeatureTable validation) {
    Choice best = first;
    double least = first.loss(validation);
    for (double skipped : SKIPPED) {
      for (double ridge : RIDGES) {
        Choice choice = Choice.fit(train, ridge, skipped);
        double loss = choice.loss(validation);
        if (loss < least) {
          least = loss;
          best = choice;
        }
      }
    }
    return best;
  }

  @Override
  public String name() {
    return "features";
  }

  /**
   * One weight for each feature, on the scale of {@link #scaling}, then one for each of {@link
   * #units}.
   */
  public double[] weights() {
    return network.weights().clone();
  }

  /** The log odds of an average candidate. */
  public double bias() {
    return network.bias();
  }

  /** The head before the first block that says the same, of rows as {@link #units} gives them. */
  public ExitHead head() {
    return head(network.weights(), network.bias());
  }

  private static ExitHead head(double[] weights, double bias) {
    float[] single = new float[weights.length];
    for (int i = 0; i < single.length; i++) {
      single[i] = (float) weights[i];
    }
    return ExitHead.ofFeatures(single, (float) bias);
  }

  /**
   * A head before the first block for a model whose heads read features but which has none there: a
   * logistic regression on what they read, its ridge chosen by the log loss on validation.
   *
   * @param read what the model's heads read
   * @param examples labelled impressions of the training part
   * @param validation what the ridge is chosen on
   * @throws IllegalArgumentException if there are no examples
   */
  public static ExitHead headReading(
      FeatureSource read, Interactions examples, Interactions validation, long seed) {
    if (examples.size() == 0) {
      throw new IllegalArgumentException("no training examples");
    }
    FeatureTable train = FeatureTable.of(read, Examples.sample(examples, MOST_EXAMPLES, seed));
    LogisticRegression best = LogisticRegression.fit(train.x(), train.y(), RIDGE_UNCHOSEN);
    if (validation.size() > 0) {
      FeatureTable held = FeatureTable.of(read, Examples.sample(validation, MOST_EXAMPLES, seed));
      double least = Double.POSITIVE_INFINITY;
      for (double ridge : RIDGES) {
        LogisticRegression fitted = LogisticRegression.fit(train.x(), train.y(), ridge);
        double loss = held.loss(fitted::probability);
        if (loss < least) {
          least = loss;
          best = fitted;
        }
      }
    }
    return head(best.weights(), best.bias());
  }

  /** What the weights' features are scaled by. */
  public FeatureScaling scaling() {
    return choice.scaling;
  }

  /** What is read beside the features themselves. */
  public ReluFeatures units() {
    return network.units();
  }

  /** The ridge penalty that was chosen. */
  public double ridge() {
    return choice.ridge;
  }

  /** The share of the oldest examples that was left out. */
  public double skipped() {
    return choice.skipped;
  }

  @Override
  public double[] score(int user, int[] candidates, long time, StageTimes times) {
    float[][] rows = times.time("features", () -> features.of(user, candidates, time));
    return times.time("score", () -> Arrays.stream(rows).mapToDouble(this::probability).toArray());
  }

  private double probability(float[] row) {
    return 1 / (1 + Math.exp(-network.logit(choice.scaling.apply(row))));
  }

  @Override
  public double buildSeconds() {
    return buildSeconds;
  }
}
