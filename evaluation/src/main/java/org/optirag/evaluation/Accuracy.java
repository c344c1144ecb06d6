package org.optirag.evaluation;

/** The share of impressions on the right side of 0.5; a probability of exactly 0.5 says yes. */
public final class Accuracy {
  private Accuracy() {}

  /** The share over all impressions. */
  public static double of(Predictions predictions) {
    int right = 0;
    for (int row = 0; row < predictions.size(); row++) {
      right += isRight(predictions.probability(row), predictions.label(row)) ? 1 : 0;
    }
    return (double) right / predictions.size();
  }

  static boolean isRight(double probability, boolean label) {
    return probability >= 0.5 == label;
  }
}
