package org.optirag.server.ranking;

import java.util.List;
import org.optirag.scoring.Prompt;

/**
 * Writes the prompts of one bundle with what the service knows now: what was acknowledged before
 * the call is in the prompt. Safe for use from many threads.
 */
public interface PromptSource {
  /**
   * A request, ready for the scorer.
   *
   * @param prompt with the features that the bundle's heads read
   * @param history titles of the behaviours told, oldest first
   * @param neighbours the similar users told of
   */
  record Prepared(Prompt prompt, List<Told> history, List<SimilarUser> neighbours) {
    /** Copies the lists. */
    public Prepared {
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
   * Retrieves, writes the prompt and looks up the features.
   *
   * @throws UnknownItemException if a candidate has no text: it is not known and the request brings
   *     none
   */
  Prepared prepare(RankQuery query);
}
