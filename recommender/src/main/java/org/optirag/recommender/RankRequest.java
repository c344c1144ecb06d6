package org.optirag.recommender;

import java.util.List;
import java.util.OptionalLong;

/**
 * Who asks, and between what.
 *
 * @param user the user's id; one that is not known has no history
 * @param candidates in any order, each id once
 * @param time of the request, seconds since 1970 or a place in the data's order: only what lies
 *     strictly before it is looked at; without it, after all that is known
 */
public record RankRequest(String user, List<CandidateItem> candidates, OptionalLong time) {
  /** Copies the list. */
  public RankRequest {
    candidates = List.copyOf(candidates);
  }

  /** After all that is known. */
  public RankRequest(String user, List<CandidateItem> candidates) {
    this(user, candidates, OptionalLong.empty());
  }

  /** Items by their ids, after all that is known. */
  public static RankRequest of(String user, List<String> items) {
    return new RankRequest(user, items.stream().map(CandidateItem::of).toList());
  }

  /** The same at a moment. */
  public RankRequest at(long moment) {
    return new RankRequest(user, candidates, OptionalLong.of(moment));
  }
}
