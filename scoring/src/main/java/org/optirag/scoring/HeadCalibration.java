package org.optirag.scoring;

import java.util.Arrays;

/**
 * Makes the probabilities of different heads comparable: s ↦ slope · s + bias on the log ratio
 * (Platt scaling; the slope is 1 / temperature).
 *
 * @param slope positive
 * @param bias added after scaling
 */
public record HeadCalibration(double slope, double bias) {
  /** Changes nothing. */
  public static final HeadCalibration IDENTITY = new HeadCalibration(1, 0);

  private static final int MOST_STEPS = 100;
  private static final double LEAST_SLOPE = 1e-3;

  /** Keeps the bias finite where all labels are the same. */
  private static final double BIAS_RIDGE = 1e-3;

  /** The calibrated log ratio. */
  public double apply(double logRatio) {
    return slope * logRatio + bias;
  }

  /**
   * Minimises the log loss by Newton's method, with a ridge of half an observation towards slope 0
   * that keeps the fit finite on separable data, whatever the scale of the log ratios. A head that
   * knows nothing gets the smallest slope, never a negative one.
   *
   * @param logRatios of one head on validation impressions
   * @param labels their labels
   */
  public static HeadCalibration fit(double[] logRatios, boolean[] labels) {
    if (logRatios.length != labels.length || labels.length == 0) {
      throw new IllegalArgumentException(
          logRatios.length + " log ratios, " + labels.length + " labels");
    }
    double scale = 0;
    for (double s : logRatios) {
      scale += s * s;
    }
    double ridge = 0.5 * Math.max(1e-12, scale / labels.length);
    // At slope 0 no observation is saturated, so Newton's method starts where it works.
    HeadCalibration now = new HeadCalibration(0, logOdds(labels));
    double loss = now.loss(logRatios, labels, ridge);
    for (int step = 0; step < MOST_STEPS; step++) {
      HeadCalibration next = now;
      double nextLoss = loss;
      HeadCalibration newton = now.newton(logRatios, labels, ridge);
      for (double share = 1; share > 1e-6 && !(nextLoss < loss); share /= 2) {
        next =
            new HeadCalibration(
                now.slope + share * (newton.slope - now.slope),
                now.bias + share * (newton.bias - now.bias));
        nextLoss = next.loss(logRatios, labels, ridge);
      }
      if (!(nextLoss < loss)) {
        break;
      }
      now = next;
      loss = nextLoss;
    }
    return now.slope >= LEAST_SLOPE ? now : leastSlope(logRatios, labels);
  }

  /** The smallest slope with the bias that makes the mean probability the label rate. */
  private static HeadCalibration leastSlope(double[] logRatios, boolean[] labels) {
    double most = Arrays.stream(logRatios).map(Math::abs).max().orElse(0) * LEAST_SLOPE;
    double low = logOdds(labels) - most;
    double high = logOdds(labels) + most;
    for (int i = 0; i < MOST_STEPS; i++) {
      double bias = (low + high) / 2;
      double surplus = 0;
      for (int row = 0; row < labels.length; row++) {
        double p = 1 / (1 + Math.exp(-(LEAST_SLOPE * logRatios[row] + bias)));
        surplus += p - (labels[row] ? 1 : 0);
      }
      if (surplus > 0) {
        high = bias;
      } else {
        low = bias;
      }
    }
    return new HeadCalibration(LEAST_SLOPE, (low + high) / 2);
  }

  /** The summed log loss, and the ridge's part. */
  private double loss(double[] logRatios, boolean[] labels, double ridge) {
    double loss = ridge * slope * slope / 2 + BIAS_RIDGE * bias * bias / 2;
    for (int i = 0; i < labels.length; i++) {
      double against = labels[i] ? -apply(logRatios[i]) : apply(logRatios[i]);
      loss += Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
    }
    return loss;
  }

  /** Where a whole step of Newton's method leads from here. */
  private HeadCalibration newton(double[] logRatios, boolean[] labels, double ridge) {
    double ga = ridge * slope;
    double gb = BIAS_RIDGE * bias;
    double haa = ridge;
    double hab = 0;
    double hbb = BIAS_RIDGE;
    for (int i = 0; i < labels.length; i++) {
      double p = 1 / (1 + Math.exp(-apply(logRatios[i])));
      double error = p - (labels[i] ? 1 : 0);
      double w = Math.max(p * (1 - p), 1e-9);
      ga += error * logRatios[i];
      gb += error;
      haa += w * logRatios[i] * logRatios[i];
      hab += w * logRatios[i];
      hbb += w;
    }
    double determinant = haa * hbb - hab * hab;
    return new HeadCalibration(
        slope - (hbb * ga - hab * gb) / determinant, bias - (haa * gb - hab * ga) / determinant);
  }

  private static double logOdds(boolean[] labels) {
    double positives = 0.5;
    double negatives = 0.5;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
      negatives += label ? 0 : 1;
    }
    return Math.log(positives / negatives);
  }
}
