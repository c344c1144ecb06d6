package org.optirag.evaluation;

/** Predicts click probabilities: what the {@link Evaluator} measures. */
public interface ImpressionScorer {

  /** The name in tables and reports, for instance "gcn". */
  String name();

  /**
   * The probability that the user likes each item. It may use only what lies strictly before {@code
   * time}.
   *
   * @param user the user's number
   * @param items item numbers
   * @param time the moment of the request
   * @param times where its stages are timed
   * @return a probability for each item, in order
   */
  double[] score(int user, int[] items, long time, StageTimes times);

  /**
   * The mean over all candidates scored so far of the block they left the LLM at, of all its
   * blocks; NaN where there is no LLM.
   */
  default double meanDepth() {
    return Double.NaN;
  }

  /** How long it took to prepare the scorer (train a graph, build an index), in seconds. */
  default double buildSeconds() {
    return 0;
  }
}
