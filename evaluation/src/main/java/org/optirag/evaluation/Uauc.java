package org.optirag.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The AUC within each user, averaged over users with equal weight. Users whose impressions all have
 * one label have no AUC and are left out (as in CoLLM, arXiv 2310.19488).
 */
public final class Uauc {
  private Uauc() {}

  /** The mean AUC of the users that have both labels, or NaN where none has. */
  public static double of(Predictions predictions) {
    return Arrays.stream(ofUsers(predictions)).average().orElse(Double.NaN);
  }

  /** The AUC of each user that has both labels, in order of user number. */
  static double[] ofUsers(Predictions predictions) {
    int[] rows =
        IntStream.range(0, predictions.size())
            .boxed()
            .sorted(Comparator.comparingInt(predictions::user))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] aucs = new double[rows.length];
    int users = 0;
    for (int from = 0, to; from < rows.length; from = to) {
      to = from + 1;
      while (to < rows.length && predictions.user(rows[to]) == predictions.user(rows[from])) {
        to++;
      }
      double auc = Ranks.of(predictions, Arrays.copyOfRange(rows, from, to)).auc();
      if (!Double.isNaN(auc)) {
        aucs[users++] = auc;
      }
    }
    return Arrays.copyOf(aucs, users);
  }
}
