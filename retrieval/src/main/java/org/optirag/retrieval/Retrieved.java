package org.optirag.retrieval;

import java.util.List;

/**
 * What a retriever found for one user and some candidates. Everything in it lies strictly before
 * the impression's time.
 *
 * @param history the user's own behaviour for the shared context, oldest first
 * @param neighbours similar users, most similar first; empty unless the retriever knows any
 * @param evidence one for each candidate, in the order asked
 */
public record Retrieved(
    List<Behaviour> history, List<Neighbour> neighbours, List<Evidence> evidence) {
  /** Nothing was looked for: no candidate needs a prompt. */
  public static final Retrieved NOTHING = new Retrieved(List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Retrieved {
    history = List.copyOf(history);
    neighbours = List.copyOf(neighbours);
    evidence = List.copyOf(evidence);
  }
}
