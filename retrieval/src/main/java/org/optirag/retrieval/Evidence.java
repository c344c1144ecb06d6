package org.optirag.retrieval;

import java.util.List;

/**
 * What is known about one candidate before the impression's time. It stands in the candidate's part
 * of the prompt and is kept short.
 *
 * @param relevant the behaviours of the user's own history most like the candidate, oldest first
 * @param neighboursSeen how many of the neighbours interacted with the candidate
 * @param neighboursLiked how many of those liked it
 * @param usersSeen how many users in all interacted with it
 * @param usersLiked how many of those liked it
 */
public record Evidence(
    List<Behaviour> relevant,
    int neighboursSeen,
    int neighboursLiked,
    int usersSeen,
    int usersLiked) {
  /** Copies the list. */
  public Evidence {
    relevant = List.copyOf(relevant);
  }
}
