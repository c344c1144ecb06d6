package org.optirag.retrieval;

import java.util.Arrays;

/** The candidates of one request, seen by one user: the figures that both decide. One thread's. */
final class CandidateView {
  /** Likes that the candidate's cosines are taken with. */
  private static final int LATEST = 10;

  /** Latest likes, and as many dislikes, that others are compared by; bounds a request's time. */
  private static final int COMPARED = 500;

  private final ItemStatistics statistics;
  private final LabelledGraph graph;
  private final ItemTraits traits;
  private final int user;
  private final int[] items;
  private final int likes;
  private final double[] surprises;
  private final Overlap overlap;
  private final double[] together;

  /**
   * @param userEffect how easily the user likes
   */
  CandidateView(
      ItemStatistics statistics, ItemTraits traits, int user, OwnHistory own, double userEffect) {
    this.statistics = statistics;
    this.graph = statistics.graph();
    this.traits = traits;
    this.user = user;
    int[] liked = latest(own.likes());
    int[] disliked = latest(own.dislikes());
    this.likes = liked.length;
    this.items = Arrays.copyOf(liked, likes + disliked.length);
    System.arraycopy(disliked, 0, items, likes, disliked.length);
    this.surprises = new double[items.length];
    Arrays.setAll(
        surprises,
        place ->
            (place < likes ? 1 : 0) - statistics.biases().probability(items[place], userEffect));
    this.overlap = new Overlap(graph, items, likes);
    this.together = new double[items.length];
  }

  private static int[] latest(int[] labelled) {
    return Arrays.copyOfRange(labelled, Math.max(0, labelled.length - COMPARED), labelled.length);
  }

  /** Adds what depends on the item to what depends on the user alone. */
  float[] complete(int item, double[] figures) {
    boolean voted = graph.has(user, item);
    int voters = graph.degreeOfItem(item) - (voted ? 1 : 0);
    double activity = statistics.activity(item);
    if (voted) {
      activity -= Math.log1p(graph.degreeOfUser(user));
    }
    figures[0] = statistics.effectWithout(user, item);
    figures[2] = statistics.neighbourhood(item);
    figures[6] = (traits.year(item) - 1980) / 20;
    figures[8] = Math.log1p(voters);
    figures[10] = activity / (voters + 2);
    if (items.length > 0) {
      neighbours(item, voters, figures);
      figures[4] = coOccurrence(item);
      figures[12] = genres(item);
    }
    float[] single = new float[figures.length];
    for (int f = 0; f < single.length; f++) {
      single[f] = (float) figures[f];
    }
    return single;
  }

  /** One pass over the item's users: those alike, likes in common, and how often items meet. */
  private void neighbours(int item, int voters, double[] figures) {
    Arrays.fill(together, 0);
    int firstLatest = Math.max(0, likes - LATEST);
    int[] likedBoth = new int[likes - firstLatest];
    int liked = likesOfOthers(item);
    double usual = (liked + 10 * statistics.rate()) / (voters + 10);
    double sum = 0;
    double mass = 0;
    for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
      int voter = LabelledGraph.other(graph.edgeOfItem(e));
      boolean likes = LabelledGraph.liked(graph.edgeOfItem(e));
      int degree = graph.degreeOfUser(voter);
      double weight = 1 / (degree + ItemStatistics.DAMPING);
      for (int o = overlap.start(voter); o < overlap.start(voter + 1); o++) {
        int place = overlap.edge(o) >>> 1;
        together[place] += weight;
        if (likes && voter != user && place >= firstLatest && place < this.likes) {
          likedBoth[place - firstLatest] += overlap.edge(o) & 1;
        }
      }
      if (voter != user && overlap.agreement(voter) > 0) {
        double alike = overlap.agreement(voter) / (Math.sqrt((double) items.length * degree) + 10);
        sum += alike * ((likes ? 1 : 0) - usual);
        mass += alike;
      }
    }
    figures[3] = sum / (mass + 0.1);
    double cosines = 0;
    for (int k = 0; k < likedBoth.length; k++) {
      int likers = statistics.likes(items[firstLatest + k]);
      cosines += likedBoth[k] / Math.sqrt((liked + 3.0) * (likers + 3.0));
    }
    figures[5] = likes == 0 ? 0 : cosines / (likedBoth.length + 2);
  }

  private int likesOfOthers(int item) {
    return statistics.likes(item) - (graph.liked(user, item) ? 1 : 0);
  }

  /** Σ C² surprise / (Σ C² + 0.002), with the co-occurrence C of {@link ItemStatistics}. */
  private double coOccurrence(int item) {
    double root = graph.degreeOfItem(item) + ItemStatistics.DAMPING;
    double sum = 0;
    double mass = 0;
    for (int place = 0; place < items.length; place++) {
      if (items[place] != item) {
        double square =
            together[place]
                * together[place]
                / (root * (graph.degreeOfItem(items[place]) + ItemStatistics.DAMPING));
        sum += square * surprises[place];
        mass += square;
      }
    }
    return sum / (mass + 0.002);
  }

  private double genres(int item) {
    double sum = 0;
    double mass = 0;
    for (int place = 0; place < items.length; place++) {
      double likeness = traits.likeness(items[place], item);
      sum += likeness * surprises[place];
      mass += likeness;
    }
    return sum / (mass + 2);
  }
}
