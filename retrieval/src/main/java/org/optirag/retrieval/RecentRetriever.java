package org.optirag.retrieval;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The three plainest retrievers: nothing at all, the user's latest behaviours, and these with how
 * all users received each candidate.
 */
public final class RecentRetriever implements Retriever {
  private final String name;
  private final VisibleHistory visible;
  private final int most;
  private final boolean popularity;

  private RecentRetriever(String name, VisibleHistory visible, int most, boolean popularity) {
    this.name = name;
    this.visible = visible;
    this.most = most;
    this.popularity = popularity;
  }

  /** "none": the LLM sees the user's profile and the candidate alone. */
  public static Retriever none(VisibleHistory visible) {
    return new RecentRetriever("none", visible, 0, false);
  }

  /** "recent": the latest behaviours. */
  public static Retriever recent(VisibleHistory visible, int most) {
    return new RecentRetriever("recent", visible, most, false);
  }

  /** "popular": the latest behaviours, and how many users saw and liked each candidate. */
  public static Retriever popular(VisibleHistory visible, int most) {
    return new RecentRetriever("popular", visible, most, true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Retrieved retrieve(int user, int[] candidates, long time) {
    return new Retrieved(
        most == 0 ? List.of() : visible.history(user, time, most),
        List.of(),
        Arrays.stream(candidates)
            .mapToObj(item ->
                popularity
                    ? visible.of(item, user, Set.of(), time, List.of())
                    : VisibleHistory.none())
            .toList());
  }

  @Override
  public void close() {}
}
