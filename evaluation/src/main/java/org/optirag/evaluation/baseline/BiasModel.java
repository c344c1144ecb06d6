package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.StageTimes;

/**
 * The baseline that any model has to beat: how well an item is liked in general and how easily a
 * user likes, added as log odds. Users and items without training interactions count as average.
 *
 * <p>With the label rate p of the training data, and r the rate of an item or user after k
 * pseudo-observations at p, logit pCTR = logit r(item) + logit r(user) − logit p.
 */
public final class BiasModel implements ImpressionScorer {
  /** Pseudo-observations at the mean rate that every item and user starts with. */
  public static final double PSEUDO_COUNTS = 3;

  private final double base;
  private final double[] users;
  private final double[] items;

  private BiasModel(double base, double[] users, double[] items) {
    this.base = base;
    this.users = users;
    this.items = items;
  }

  /**
   * Learns from training interactions alone.
   *
   * @param users how many users the data set has
   * @param items how many items the data set has
   * @throws IllegalArgumentException if there are no interactions
   */
  public static BiasModel learn(Interactions train, int users, int items) {
    if (train.size() == 0) {
      throw new IllegalArgumentException("no training interactions");
    }
    // One half added on either side keeps the log odds finite when all labels are the same.
    double rate = (train.labelRate() * train.size() + 0.5) / (train.size() + 1);
    double[] userLiked = new double[users];
    double[] userSeen = new double[users];
    double[] itemLiked = new double[items];
    double[] itemSeen = new double[items];
    for (int row = 0; row < train.size(); row++) {
      int liked = train.label(row) ? 1 : 0;
      userSeen[train.user(row)]++;
      userLiked[train.user(row)] += liked;
      itemSeen[train.item(row)]++;
      itemLiked[train.item(row)] += liked;
    }
    return new BiasModel(
        logit(rate), biases(userLiked, userSeen, rate), biases(itemLiked, itemSeen, rate));
  }

  private static double[] biases(double[] liked, double[] seen, double rate) {
    double[] biases = new double[seen.length];
    Arrays.setAll(
        biases,
        i -> logit((liked[i] + PSEUDO_COUNTS * rate) / (seen[i] + PSEUDO_COUNTS)) - logit(rate));
    return biases;
  }

  private static double logit(double probability) {
    return Math.log(probability / (1 - probability));
  }

  @Override
  public String name() {
    return "bias";
  }

  /** The predicted probability that the user likes the item. */
  public double probability(int user, int item) {
    return 1 / (1 + Math.exp(-(base + users[user] + items[item])));
  }

  @Override
  public double[] score(int user, int[] candidates, long time, StageTimes times) {
    return times.time(
        "score", () -> Arrays.stream(candidates).mapToDouble(i -> probability(user, i)).toArray());
  }
}
