package org.optirag.retrieval;

import java.util.List;

/**
 * What one user did since the behaviours of all were brought together: so his next request knows of
 * it at once.
 *
 * @param user the user's number
 * @param behaviours oldest first; they may lie between behaviours that were known before
 * @param likes whether he likes things that the graph was not trained on, here or among the
 *     behaviours of all: his embedding is then folded in from his history
 */
public record UserUpdates(int user, List<Behaviour> behaviours, boolean likes) {
  /** Nobody did anything. */
  public static final UserUpdates NONE = new UserUpdates(-1, List.of(), false);

  /** Copies the list. */
  public UserUpdates {
    behaviours = List.copyOf(behaviours);
  }

  /** Whether the user likes more than his trained embedding knows. */
  boolean outgrows(int asked) {
    return asked == user && likes;
  }
}
