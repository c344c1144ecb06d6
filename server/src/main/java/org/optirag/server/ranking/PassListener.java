package org.optirag.server.ranking;

import java.util.List;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;

/** Hears of every pass over the model. Called on the worker's thread: be quick. */
@FunctionalInterface
public interface PassListener {
  /** Hears nothing. */
  PassListener NONE = pass -> {};

  /**
   * A pass that was made.
   *
   * @param model the bundle
   * @param point of its curve
   * @param prompts what was read
   * @param scores what came of it, a list for each prompt
   * @param seconds on the wall
   * @param cpuSeconds of the worker's thread
   */
  record Pass(
      RankingModel model,
      TradeOffPoint point,
      List<Prompt> prompts,
      List<List<Score>> scores,
      double seconds,
      double cpuSeconds) {}

  /** A pass has been made. */
  void passed(Pass pass);

  /**
   * Requests came to nothing by a fault of the service or of a bundle.
   *
   * @param reason in a word, for metrics
   * @param requests how many
   */
  default void failed(String reason, int requests) {}
}
