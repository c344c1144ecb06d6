package org.optirag.server.rollout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The latest predictions whose labels are known. Not safe for use from many threads. */
final class OutcomeWindow {
  private final double[] probabilities;
  private final boolean[] labels;
  private long seen;

  OutcomeWindow(int most) {
    this.probabilities = new double[most];
    this.labels = new boolean[most];
  }

  void add(double probability, boolean label) {
    int place = (int) (seen++ % probabilities.length);
    probabilities[place] = probability;
    labels[place] = label;
  }

  int size() {
    return (int) Math.min(seen, probabilities.length);
  }

  /** Area under the ROC curve, ties counted half; NaN without both labels. */
  double auc() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> probabilities[i]));
    double rankSum = 0;
    long positives = 0;
    for (int from = 0; from < order.size(); ) {
      int to = from;
      while (to < order.size() && probabilities[order.get(to)] == probabilities[order.get(from)]) {
        to++;
      }
      double rank = (from + 1 + to) / 2.0;
      for (int i = from; i < to; i++) {
        if (labels[order.get(i)]) {
          rankSum += rank;
          positives++;
        }
      }
      from = to;
    }
    long negatives = size() - positives;
    return positives == 0 || negatives == 0
        ? Double.NaN
        : (rankSum - positives * (positives + 1) / 2.0) / positives / negatives;
  }

  /** Mean in nats; NaN if there is nothing. */
  double logLoss() {
    double sum = 0;
    for (int i = 0; i < size(); i++) {
      double right = labels[i] ? probabilities[i] : 1 - probabilities[i];
      sum -= Math.log(Math.max(right, 1e-15));
    }
    return sum / size();
  }

  /**
   * Mean prediction less the share of likes: above 0 promises too much; NaN if there is nothing.
   */
  double bias() {
    double sum = 0;
    for (int i = 0; i < size(); i++) {
      sum += probabilities[i] - (labels[i] ? 1 : 0);
    }
    return sum / size();
  }
}
