package org.optirag.server.ranking;

import java.util.List;

/**
 * Who asks, and between what.
 *
 * @param user the user's id; one that is not known has no history
 * @param candidates in any order, each id once
 */
public record RankQuery(String user, List<CandidateItem> candidates) {
  /** Copies the list. */
  public RankQuery {
    candidates = List.copyOf(candidates);
  }
}
