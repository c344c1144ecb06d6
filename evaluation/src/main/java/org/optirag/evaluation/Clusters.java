package org.optirag.evaluation;

import java.util.List;
import java.util.SplittableRandom;

/**
 * What the bootstrap draws: users, each with all of his rows. Impressions of one user resemble each
 * other (whom a model understands badly, it misjudges again and again), so that rows drawn one by
 * one would pass for more knowledge than there is, and their intervals for narrower ones than hold.
 *
 * <p>Where all rows are one user's, requests are drawn in place of users; what the intervals then
 * say holds for that user.
 */
final class Clusters {
  private final int[] ofRow;
  private final int count;

  private Clusters(int[] ofRow, int count) {
    this.ofRow = ofRow;
    this.count = count;
  }

  static Clusters of(Predictions predictions) {
    int n = predictions.size();
    List<int[]> users = Groups.of(n, predictions::user);
    return of(n, users.size() > 1 ? users : Groups.of(n, predictions::request));
  }

  private static Clusters of(int rows, List<int[]> groups) {
    int[] ofRow = new int[rows];
    for (int cluster = 0; cluster < groups.size(); cluster++) {
      for (int row : groups.get(cluster)) {
        ofRow[row] = cluster;
      }
    }
    return new Clusters(ofRow, groups.size());
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** The cluster of a row, from 0 on. */
  int of(int row) {
    return ofRow[row];
  }

  /** As many draws with replacement as there are clusters: how often each was drawn. */
  int[] draw(SplittableRandom random) {
    int[] counts = new int[count];
    for (int draw = 0; draw < count; draw++) {
      counts[random.nextInt(count)]++;
    }
    return counts;
  }
}
