package org.optirag.recommender;

import java.util.List;
import org.optirag.scoring.Prompt;

/**
 * Writes the prompts of one bundle with what is known now: what was told before the call is in the
 * prompt. Safe for use from many threads.
 */
public interface PromptSource {
  /**
   * A request, ready for the scorer.
   *
   * @param prompt with the features that the bundle's heads read
   * @param titles of the candidates, as the prompt has them
   * @param history titles of the behaviours told, oldest first
   * @param neighbours the similar users told of
   * @param time of the request: what lies strictly before it was looked at
   */
  record Prepared(
      Prompt prompt,
      List<String> titles,
      List<Told> history,
      List<SimilarUser> neighbours,
      long time) {
    /** Copies the lists. */
    public Prepared {
      titles = List.copyOf(titles);
      history = List.copyOf(history);
      neighbours = List.copyOf(neighbours);
    }
  }

  /**
   * A behaviour that a prompt tells.
   *
   * @param item the item's id
   * @param title its title
   * @param liked the label
   * @param time in seconds since 1970
   */
  record Told(String item, String title, boolean liked, long time) {}

  /**
   * A similar user that a prompt tells of.
   *
   * @param user the user's id
   * @param similarity cosine of the embeddings
   * @param liked what the prompt tells that the user liked
   */
  record SimilarUser(String user, float similarity, List<Told> liked) {
    /** Copies the list. */
    public SimilarUser {
      liked = List.copyOf(liked);
    }
  }

  /**
   * Looks up the features, retrieves and writes the prompt.
   *
   * @param undecided which candidates are to be written
   * @throws UnknownItemException if a candidate has no text: it is not known and the request brings
   *     none
   */
  Prepared prepare(RankRequest request, PromptPipeline.Undecided undecided);

  /** The same with all candidates written. */
  default Prepared prepare(RankRequest request) {
    return prepare(request, PromptPipeline.Undecided.ALL);
  }
}
