package org.optirag.server.ranking;

import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.Score;

/**
 * A request, answered.
 *
 * @param query what was asked
 * @param prepared what the prompt told
 * @param scored what the model said, in the order of the query's candidates
 * @param prepareSeconds that retrieval, prompt and features took
 */
public record RankAnswer(
    RankRequest query, PromptSource.Prepared prepared, Scored scored, double prepareSeconds) {
  /** Mean over the candidates of the block where they stopped, of L. */
  public double meanDepth(int blocks) {
    return scored.scores().stream().mapToInt(Score::exitBlock).average().orElse(0) / blocks;
  }
}
