package org.optirag.recommender;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;

/**
 * Ranked candidates and what explains them.
 *
 * @param items the candidates, most probable first; of equal ones the first asked first
 * @param time of the request: only what lies strictly before it was looked at
 * @param history titles of the behaviours that the prompt told, oldest first
 * @param neighbours the similar users that it told of
 * @param prompt as the backbone read it; {@link Recommender#text} shows its tokens. Candidates that
 *     the features decided are not in it
 * @param stages how long each took: "features", "score" and, where the LLM was asked, "retrieve"
 *     and "prompt"
 */
public record Ranking(
    List<Item> items,
    long time,
    List<PromptSource.Told> history,
    List<PromptSource.SimilarUser> neighbours,
    Prompt prompt,
    Map<String, Duration> stages) {
  /** Copies the lists. */
  public Ranking {
    items = List.copyOf(items);
    history = List.copyOf(history);
    neighbours = List.copyOf(neighbours);
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
  }

  /**
   * A ranked candidate.
   *
   * @param id the item's id
   * @param title what the prompt called it
   * @param candidate its place in the request, from 0
   * @param score its probability, where it left, and what each head said
   */
  public record Item(String id, String title, int candidate, Score score) {
    /** The probability that the user likes it, in (0, 1). */
    public double probability() {
      return score.probability();
    }
  }
}
