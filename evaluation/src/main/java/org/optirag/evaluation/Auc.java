package org.optirag.evaluation;

/**
 * The area under the ROC curve: the share of pairs of a positive and a negative impression in which
 * the positive one has the higher probability. A tie counts half.
 */
public final class Auc {
  private Auc() {}

  /** The AUC over all impressions, or NaN where one of the labels is missing. */
  public static double of(Predictions predictions) {
    return Ranks.of(predictions).auc();
  }
}
