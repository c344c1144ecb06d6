package org.optirag.evaluation;

import java.util.stream.IntStream;

/**
 * The area under the ROC curve: the share of pairs of a positive and a negative impression in which
 * the positive one has the higher probability. A tie counts half.
 */
public final class Auc {
  private Auc() {}

  /** The AUC over all impressions, or NaN where one of the labels is missing. */
  public static double of(Predictions predictions) {
    double[] positives = ofLabel(predictions, true);
    double[] negatives = ofLabel(predictions, false);
    double won = 0;
    int below = 0; // negatives below the positive at hand
    int upTo = 0; // negatives not above it
    for (double positive : positives) {
      while (below < negatives.length && negatives[below] < positive) {
        below++;
      }
      upTo = Math.max(upTo, below);
      while (upTo < negatives.length && negatives[upTo] <= positive) {
        upTo++;
      }
      won += (below + upTo) / 2.0;
    }
    return won / ((double) positives.length * negatives.length);
  }

  private static double[] ofLabel(Predictions predictions, boolean label) {
    return IntStream.range(0, predictions.size())
        .filter(row -> predictions.label(row) == label)
        .mapToDouble(predictions::probability)
        .sorted()
        .toArray();
  }
}
