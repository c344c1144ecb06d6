package org.optirag.recommender;

import java.util.List;
import org.optirag.retrieval.Retrieved;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptTexts;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;

/**
 * The whole way of a request by numbers: a prompt, and its scores. Safe for use from many threads.
 *
 * @param prompts writes the prompt
 * @param texts of users and items
 * @param scorer reads it
 */
public record RankingPipeline(PromptPipeline prompts, PromptTexts texts, Scorer scorer) {

  /**
   * What one request came to.
   *
   * @param retrieved what the prompt could tell
   * @param prompt what it told
   * @param scores one for each candidate, in their order
   */
  public record Answer(Retrieved retrieved, Prompt prompt, List<Score> scores) {
    /** Copies the list. */
    public Answer {
      scores = List.copyOf(scores);
    }
  }

  /**
   * Scores candidates of one user on one context.
   *
   * @param time of the impression: only what lies strictly before it is looked at
   */
  public Answer answer(int user, int[] candidates, long time, StageClock clock) {
    PromptPipeline.Written written =
        prompts.write(texts, user, candidates, time, scorer::undecided, clock);
    List<Score> scores = clock.time("score", () -> scorer.score(written.prompt()));
    return new Answer(written.retrieved(), written.prompt(), scores);
  }

  /** The same, read by another scorer, for instance one that remembers contexts. */
  public RankingPipeline with(Scorer other) {
    return new RankingPipeline(prompts, texts, other);
  }
}
