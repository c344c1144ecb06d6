package org.optirag.scoring;

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

  /** The calibrated log ratio. */
  public double apply(double logRatio) {
    return slope * logRatio + bias;
  }

  /**
   * Minimises the log loss by Newton's method, with a ridge of half an observation that keeps the
   * fit finite on separable data. A head that knows nothing gets the smallest slope, never a
   * negative one.
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
    double a = 1;
    double b = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
      double ga = ridge * (a - 1);
      double gb = 0;
      double haa = ridge;
      double hab = 0;
      double hbb = 1e-9;
      for (int i = 0; i < labels.length; i++) {
        double p = 1 / (1 + Math.exp(-(a * logRatios[i] + b)));
        double error = p - (labels[i] ? 1 : 0);
        double w = Math.max(p * (1 - p), 1e-9);
        ga += error * logRatios[i];
        gb += error;
        haa += w * logRatios[i] * logRatios[i];
        hab += w * logRatios[i];
        hbb += w;
      }
      double determinant = haa * hbb - hab * hab;
      double da = (hbb * ga - hab * gb) / determinant;
      double db = (haa * gb - hab * ga) / determinant;
      // Long steps overshoot where the loss is flat.
      double shrink = Math.min(1, 2 / (Math.abs(db) + 1e-12));
      a -= shrink * da;
      b -= shrink * db;
      if (Math.abs(da) + Math.abs(db) < 1e-10) {
        break;
      }
    }
    return new HeadCalibration(Math.max(a, LEAST_SLOPE), b);
  }
}
