package org.optirag.retrieval;

import java.util.List;

/**
 * A similar user.
 *
 * @param user the user's number
 * @param similarity cosine of the GCN embeddings, in [-1, 1]
 * @param behaviours what this user did before the impression's time, oldest first
 */
public record Neighbour(int user, float similarity, List<Behaviour> behaviours) {
  /** Copies the list. */
  public Neighbour {
    behaviours = List.copyOf(behaviours);
  }
}
