package org.optirag.retrieval;

import java.util.Arrays;

/**
 * What the labels of everybody before a moment say of each item, made once for all requests that
 * see just these labels. An item with a higher number than there are has no labels. Immutable.
 *
 * @param graph the labels
 * @param biases effects of items and users
 * @param rate share of likes
 * @param effects per item, its effect from its labels alone
 * @param neighbourhood per item, the mean effect of the items that the same users labelled: one
 *     step over the normalised co-occurrence graph
 * @param activity per item, the sum over its users of log(1 + their labels)
 * @param likes per item, how many users liked it
 */
record ItemStatistics(
    LabelledGraph graph,
    BiasEffects biases,
    double rate,
    double[] effects,
    double[] neighbourhood,
    double[] activity,
    int[] likes) {

  /** What is added to the degrees of users and items before their roots divide a co-occurrence. */
  static final double DAMPING = 5;

  static ItemStatistics of(LabelledGraph graph) {
    BiasEffects biases = BiasEffects.learn(graph);
    double[] effects = new double[graph.items()];
    double[] activity = new double[graph.items()];
    int[] likes = new int[graph.items()];
    for (int item = 0; item < effects.length; item++) {
      effects[item] = biases.itemEffect(graph, item, -1);
      for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
        activity[item] += Math.log1p(graph.degreeOfUser(LabelledGraph.other(graph.edgeOfItem(e))));
        likes[item] += LabelledGraph.liked(graph.edgeOfItem(e)) ? 1 : 0;
      }
    }
    double[] neighbourhood = neighbourhood(graph, biases.items());
    return new ItemStatistics(
        graph, biases, BiasEffects.rate(graph), effects, neighbourhood, activity, likes);
  }

  /**
   * (C q)_i / (Σ_j C_ij + 0.1), with q = b n / (n + 5) and the co-occurrence C = MᵀM without its
   * diagonal, M_ui = 1 / sqrt((n_u + 5)(n_i + 5)) for each label. C itself is never made: two
   * passes over the edges give C q and C 1, less the diagonal.
   */
  private static double[] neighbourhood(LabelledGraph graph, double[] effects) {
    double[] weighted = new double[graph.users()];
    double[] plain = new double[graph.users()];
    for (int item = 0; item < effects.length; item++) {
      double root = root(graph.degreeOfItem(item));
      double quality = quality(graph, item, effects);
      for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
        int user = LabelledGraph.other(graph.edgeOfItem(e));
        weighted[user] += root * quality;
        plain[user] += root;
      }
    }
    double[] result = new double[effects.length];
    for (int item = 0; item < result.length; item++) {
      double root = root(graph.degreeOfItem(item));
      double quality = quality(graph, item, effects);
      double sum = 0;
      double mass = 0;
      for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
        int user = LabelledGraph.other(graph.edgeOfItem(e));
        double weight = root / (graph.degreeOfUser(user) + DAMPING);
        sum += weight * (weighted[user] - root * quality);
        mass += weight * (plain[user] - root);
      }
      result[item] = sum / (mass + 0.1);
    }
    return result;
  }

  private static double root(int degree) {
    return 1 / Math.sqrt(degree + DAMPING);
  }

  private static double quality(LabelledGraph graph, int item, double[] effects) {
    int degree = graph.degreeOfItem(item);
    return effects[item] * degree / (degree + DAMPING);
  }

  /** The effect of an item without the vote of a user. */
  double effectWithout(int user, int item) {
    return graph.has(user, item) ? biases.itemEffect(graph, item, user) : of(effects, item);
  }

  /** The mean effect of the items that the same users labelled. */
  double neighbourhood(int item) {
    return of(neighbourhood, item);
  }

  /** The sum over the item's users of log(1 + their labels). */
  double activity(int item) {
    return of(activity, item);
  }

  /** How many users liked the item. */
  int likes(int item) {
    return item < likes.length ? likes[item] : 0;
  }

  private static double of(double[] values, int item) {
    return item < values.length ? values[item] : 0;
  }

  /** The mean over the items of log(1 + their labels), drawn to 0 by one item more. */
  double popularity(int[] items) {
    return Arrays.stream(items).mapToDouble(item -> Math.log1p(graph.degreeOfItem(item))).sum()
        / (items.length + 1);
  }
}
