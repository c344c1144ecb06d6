package org.optirag.retrieval.behaviour;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.Behaviour;

/**
 * Which likes followed which, and which items the same users liked, before a moment. A request
 * looks at the latest likes of an item only, so that popular items do not make it slow. Immutable;
 * 4 bytes a row and 8 a like.
 */
final class Sequences {
  /** Likes of an item that are looked at. */
  static final int LATEST = 1_000;

  private final Interactions all;
  private final Tally likes;
  private final int[] next; // the row of the same user's next like, or -1

  private Sequences(Interactions all, Tally likes, int[] next) {
    this.all = all;
    this.likes = likes;
    this.next = next;
  }

  static Sequences of(Interactions all, int users, int items) {
    int[] later = new int[users];
    Arrays.fill(later, -1);
    int[] next = new int[all.size()];
    for (int row = all.size() - 1; row >= 0; row--) {
      next[row] = later[all.user(row)];
      if (all.label(row)) {
        later[all.user(row)] = row;
      }
    }
    return new Sequences(all, Tally.ofItems(all, items, all::label), next);
  }

  /** Likes of an item before a row, as positions among all: the latest. */
  private record Span(int from, int to) {
    int size() {
      return to - from;
    }
  }

  private Span latest(int item, int end) {
    int to = likes.position(item, end);
    return new Span(Math.max(likes.start(item), to - LATEST), to);
  }

  /**
   * For each candidate, how often other users liked it next after an item.
   *
   * @param end the first row that is not seen
   */
  double[] following(int item, int user, int[] candidates, int end) {
    Map<Integer, int[]> counts = new HashMap<>();
    Span span = latest(item, end);
    for (int position = span.from; position < span.to; position++) {
      int row = likes.row(position);
      int after = next[row];
      if (after >= 0 && after < end && all.user(row) != user) {
        counts.computeIfAbsent(all.item(after), i -> new int[1])[0]++;
      }
    }
    return Arrays.stream(candidates)
        .mapToDouble(candidate -> {
          int[] count = counts.get(candidate);
          return count == null ? 0 : count[0];
        })
        .toArray();
  }

  /**
   * For each candidate, the mean cosine of its likers, as a set, with the likers of what the user
   * liked last; the user himself left out.
   *
   * @param latest at most 32 likes, oldest first
   * @param fading the weight of a like against the next
   * @param end the first row that is not seen
   */
  double[] together(List<Behaviour> latest, int user, int[] candidates, double fading, int end) {
    Span[] spans = new Span[latest.size()];
    Arrays.setAll(spans, k -> latest(latest.get(k).item(), end));
    UserBits likers = new UserBits(Arrays.stream(spans).mapToInt(Span::size).sum());
    for (int k = 0; k < spans.length; k++) {
      for (int position = spans[k].from; position < spans[k].to; position++) {
        int liker = all.user(likes.row(position));
        if (liker != user) {
          likers.add(liker, k);
        }
      }
    }
    return Arrays.stream(candidates)
        .mapToDouble(candidate -> mean(latest(candidate, end), spans, likers, fading))
        .toArray();
  }

  private double mean(Span candidate, Span[] spans, UserBits likers, double fading) {
    int[] both = new int[spans.length];
    likers.nextRound();
    for (int position = candidate.from; position < candidate.to; position++) {
      for (int bits = likers.take(all.user(likes.row(position))); bits != 0; bits &= bits - 1) {
        both[Integer.numberOfTrailingZeros(bits)]++;
      }
    }
    double sum = 0;
    double weights = 0;
    for (int k = 0; k < spans.length; k++) {
      double cosine =
          both[k] == 0 ? 0 : both[k] / Math.sqrt((double) spans[k].size() * candidate.size());
      sum = fading * sum + cosine;
      weights = fading * weights + 1;
    }
    return weights == 0 ? Double.NaN : sum / weights;
  }
}
