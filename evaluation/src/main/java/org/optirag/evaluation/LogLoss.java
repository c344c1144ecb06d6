package org.optirag.evaluation;

/** The mean of −log of the probability given to what truly happened, in nats. */
public final class LogLoss {
  /**
   * Probabilities are clipped to [EPSILON, 1 − EPSILON], so that one certain error costs 16 nats
   * and not infinity. The value is the resolution of the 32-bit logits that the probabilities come
   * from.
   */
  public static final double EPSILON = 1e-7;

  private LogLoss() {}

  /** The mean over all impressions. */
  public static double of(Predictions predictions) {
    double sum = 0;
    for (int row = 0; row < predictions.size(); row++) {
      sum += of(predictions.probability(row), predictions.label(row));
    }
    return sum / predictions.size();
  }

  /** The loss of one impression. */
  static double of(double probability, boolean label) {
    double clipped = Math.clamp(probability, EPSILON, 1 - EPSILON);
    return -Math.log(label ? clipped : 1 - clipped);
  }
}
