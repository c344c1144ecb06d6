package org.optirag.server.ranking;

import java.util.List;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;

/**
 * What the scheduler made of a prompt.
 *
 * @param scores in the order of the candidates
 * @param point of the curve that was used
 * @param queueSeconds from the arrival to the pass
 * @param scoreSeconds of the pass, with whatever else was in it
 * @param together prompts in the pass, this one counted
 */
public record Scored(
    List<Score> scores,
    TradeOffPoint point,
    double queueSeconds,
    double scoreSeconds,
    int together) {
  /** Copies the list. */
  public Scored {
    scores = List.copyOf(scores);
  }
}
