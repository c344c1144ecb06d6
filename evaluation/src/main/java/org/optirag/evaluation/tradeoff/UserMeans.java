package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Whose impressions are whose: means over the impressions of each user, the users in an order that
 * has nothing to do with them.
 */
final class UserMeans {
  private final int[] of;
  private final int[] counts;

  /**
   * @param users the user's number of each impression
   */
  UserMeans(int[] users) {
    int[] ordered =
        Arrays.stream(users)
            .distinct()
            .boxed()
            .sorted((a, b) -> Long.compare(Halves.mixed(a), Halves.mixed(b)))
            .mapToInt(user -> user)
            .toArray();
    Map<Integer, Integer> places = new HashMap<>();
    for (int user : ordered) {
      places.put(user, places.size());
    }
    of = Arrays.stream(users).map(places::get).toArray();
    counts = new int[ordered.length];
    for (int place : of) {
      counts[place]++;
    }
  }

  /** How many users there are. */
  int count() {
    return counts.length;
  }

  /**
   * The mean of each user's values, [users].
   *
   * @param values one for each impression
   */
  double[] means(double[] values) {
    double[] means = new double[counts.length];
    for (int row = 0; row < of.length; row++) {
      means[of[row]] += values[row] / counts[of[row]];
    }
    return means;
  }
}
