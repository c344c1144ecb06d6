package org.optirag.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.Score;

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
   * The same, with how deep the LLM was read for each.
   *
   * @return as {@link #score}
   */
  default Predicted predict(int user, int[] items, long time, StageTimes times) {
    return new Predicted(score(user, items, time, times), null);
  }

  /**
   * What is said of a request's items.
   *
   * @param probabilities one for each, in order
   * @param blocks that each went through, 0 where the features alone decided; null without an LLM
   */
  @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
  record Predicted(double[] probabilities, int @Nullable [] blocks) {
    /** Of an LLM's scores. */
    public static Predicted of(List<Score> scores) {
      return new Predicted(
          scores.stream().mapToDouble(Score::probability).toArray(),
          scores.stream().mapToInt(Score::exitBlock).toArray());
    }
  }

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
