package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * How much is scored at most.
 *
 * @param impressions drawn by {@link Requests#sample}, which cuts the last request
 * @param requests whole ones, drawn at random
 */
public record SampleSize(int impressions, int requests) {
  /** Everything. */
  public static final SampleSize ALL = new SampleSize(Integer.MAX_VALUE, Integer.MAX_VALUE);

  /**
   * @throws IllegalArgumentException if it is less than one
   */
  public SampleSize {
    if (impressions < 1 || requests < 1) {
      throw new IllegalArgumentException(
          "nothing to score: %d impressions, %d requests".formatted(impressions, requests));
    }
  }

  /** So many impressions. */
  public static SampleSize ofImpressions(int most) {
    return new SampleSize(most, Integer.MAX_VALUE);
  }

  /** So many requests. */
  public static SampleSize ofRequests(int most) {
    return new SampleSize(Integer.MAX_VALUE, most);
  }

  /** Those that are scored, in order of time. */
  List<Requests.Request> of(List<Requests.Request> all, long seed) {
    List<Requests.Request> drawn = all;
    if (requests < all.size()) {
      List<Requests.Request> shuffled = new ArrayList<>(all);
      Collections.shuffle(shuffled, new Random(seed));
      drawn = new ArrayList<>(shuffled.subList(0, requests));
      drawn.sort(Comparator.comparing(request -> request.rows().getFirst()));
    }
    int held = drawn.stream().mapToInt(request -> request.rows().size()).sum();
    return impressions < held ? Requests.sample(drawn, impressions, seed) : List.copyOf(drawn);
  }
}
