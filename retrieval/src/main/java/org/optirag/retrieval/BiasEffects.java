package org.optirag.retrieval;

import java.util.Arrays;

/**
 * How well items are liked and how easily users like, told apart: logit P(like) = L + b_item +
 * c_user with normal priors on b and c, at the maximum of the posterior by alternating Newton
 * steps. An item rated by lenient users alone so does not pass for a good one.
 *
 * @param base L, the log odds of a like
 * @param items b
 * @param users c
 */
record BiasEffects(double base, double[] items, double[] users) {
  /** Precision of the prior of item effects. */
  static final double ITEM_PRIOR = 0.8;

  /** Precision of the prior of user effects. */
  static final double USER_PRIOR = 1.2;

  private static final int SWEEPS = 6;
  private static final int STEPS = 3;

  /** Learns from all labels of the graph. */
  static BiasEffects learn(LabelledGraph graph) {
    double rate = rate(graph);
    double[] items = new double[graph.items()];
    double[] users = new double[graph.users()];
    BiasEffects effects = new BiasEffects(Math.log(rate / (1 - rate)), items, users);
    double[] slope = new double[users.length];
    double[] curvature = new double[users.length];
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int item = 0; item < items.length; item++) {
        items[item] += effects.step(graph, item, items[item], -1);
      }
      Arrays.fill(slope, 0);
      Arrays.fill(curvature, 0);
      for (int item = 0; item < items.length; item++) {
        for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
          int user = LabelledGraph.other(graph.edgeOfItem(e));
          double p = effects.probability(item, users[user]);
          slope[user] += (LabelledGraph.liked(graph.edgeOfItem(e)) ? 1 : 0) - p;
          curvature[user] += p * (1 - p);
        }
      }
      for (int user = 0; user < users.length; user++) {
        users[user] += (slope[user] - USER_PRIOR * users[user]) / (curvature[user] + USER_PRIOR);
      }
    }
    return effects;
  }

  /** The rate of likes, after ten labels of which five are likes. */
  static double rate(LabelledGraph graph) {
    int liked = 0;
    for (int e = 0; e < graph.edges(); e++) {
      liked += LabelledGraph.liked(graph.edgeOfItem(e)) ? 1 : 0;
    }
    return (liked + 5.0) / (graph.edges() + 10.0);
  }

  /** The effect of an item from its labels alone, from nothing; {@code without} does not vote. */
  double itemEffect(LabelledGraph graph, int item, int without) {
    double effect = 0;
    for (int step = 0; step < STEPS; step++) {
      effect += step(graph, item, effect, without);
    }
    return effect;
  }

  private double step(LabelledGraph graph, int item, double effect, int without) {
    double slope = -ITEM_PRIOR * effect;
    double curvature = ITEM_PRIOR;
    for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
      int user = LabelledGraph.other(graph.edgeOfItem(e));
      if (user != without) {
        double p = sigmoid(base + effect + users[user]);
        slope += (LabelledGraph.liked(graph.edgeOfItem(e)) ? 1 : 0) - p;
        curvature += p * (1 - p);
      }
    }
    return slope / curvature;
  }

  /** The effect of a user with these labels. */
  double userEffect(int[] likes, int[] dislikes) {
    double effect = 0;
    for (int step = 0; step < STEPS; step++) {
      double slope = -USER_PRIOR * effect;
      double curvature = USER_PRIOR;
      for (int item : likes) {
        double p = probability(item, effect);
        slope += 1 - p;
        curvature += p * (1 - p);
      }
      for (int item : dislikes) {
        double p = probability(item, effect);
        slope -= p;
        curvature += p * (1 - p);
      }
      effect += slope / curvature;
    }
    return effect;
  }

  /** The probability that a user of a given effect likes the item; one without labels is usual. */
  double probability(int item, double userEffect) {
    return sigmoid(base + (item < items.length ? items[item] : 0) + userEffect);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
