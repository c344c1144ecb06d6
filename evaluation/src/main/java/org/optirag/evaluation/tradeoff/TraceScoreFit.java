package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;

/**
 * Fits {@link TraceScore}: for each head a logistic regression on the calibrated log ratios of all
 * heads up to it, drawn by a ridge towards that head's own. Whether it is worth having is decided
 * by cross-validation, for where each head knows all that the ones before it knew, there is nothing
 * to gain.
 */
final class TraceScoreFit {
  private static final int MOST_STEPS = 50;

  /** The ridge in observations at even odds, each of which weighs 1/4. */
  private static final double RIDGE = 4;

  private TraceScoreFit() {}

  /**
   * The fit, or {@link TraceScore#LAST} unless the fit's loss on users held out is lower by more
   * than twice the standard error.
   */
  static TraceScore choose(HeadReadings readings) {
    double[] gains = new double[readings.size()];
    int measured = 0;
    for (int fold = 0; fold < 2; fold++) {
      int out = fold;
      HeadReadings fit = readings.ofUsers(user -> Halves.of(user) != out);
      HeadReadings held = readings.ofUsers(user -> Halves.of(user) == out);
      if (fit.size() == 0 || held.size() == 0) {
        return TraceScore.LAST;
      }
      List<HeadCalibration> calibrations = Calibrated.calibrate(fit);
      TraceScore score = fit(Calibrated.apply(fit, calibrations), fit.labels());
      double[][] ratios = Calibrated.apply(held, calibrations);
      for (int row = 0; row < held.size(); row++) {
        boolean label = held.labels()[row];
        gains[measured++] =
            loss(TraceScore.LAST, ratios[row], label) - loss(score, ratios[row], label);
      }
    }
    double mean = Arrays.stream(gains).average().orElse(0);
    double variance = Arrays.stream(gains).map(g -> (g - mean) * (g - mean)).average().orElse(0);
    return mean > 2 * Math.sqrt(variance / gains.length)
        ? fit(Calibrated.apply(readings, Calibrated.calibrate(readings)), readings.labels())
        : TraceScore.LAST;
  }

  /** The log loss of one impression, summed over all heads that it might stop at. */
  private static double loss(TraceScore score, double[] ratios, boolean label) {
    double loss = 0;
    for (int seen = 1; seen <= ratios.length; seen++) {
      double s = score.of(ratios, seen);
      loss += softplus(label ? -s : s);
    }
    return loss;
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /**
   * @param ratios calibrated, [impressions][heads]
   */
  static TraceScore fit(double[][] ratios, boolean[] labels) {
    int heads = ratios[0].length;
    double[][] weights = new double[heads][];
    double[] biases = new double[heads];
    double[] scales = IntStream.range(0, heads).mapToDouble(head -> ridge(ratios, head)).toArray();
    for (int head = 0; head < heads; head++) {
      double[] solution = fitAt(head, ratios, labels, scales);
      weights[head] = Arrays.copyOf(solution, head + 1);
      biases[head] = solution[head + 1];
    }
    return TraceScore.of(weights, biases);
  }

  private static double ridge(double[][] ratios, int head) {
    double squares = 0;
    for (double[] row : ratios) {
      squares += row[head] * row[head];
    }
    return RIDGE / 4 * Math.max(1e-9, squares / ratios.length);
  }

  /** Newton's method with halved steps; the last value is the bias. */
  private static double[] fitAt(int head, double[][] ratios, boolean[] labels, double[] scales) {
    int n = head + 2;
    double[] w = new double[n];
    w[head] = 1;
    double now = objective(w, head, ratios, labels, scales);
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] gradient = new double[n];
      double[][] hessian = new double[n][n];
      for (int i = 0; i <= head; i++) {
        gradient[i] = scales[i] * (w[i] - (i == head ? 1 : 0));
        hessian[i][i] = scales[i];
      }
      hessian[head + 1][head + 1] = 1e-9;
      for (int row = 0; row < labels.length; row++) {
        double p = 1 / (1 + Math.exp(-score(w, head, ratios[row])));
        double error = p - (labels[row] ? 1 : 0);
        double weight = p * (1 - p);
        for (int i = 0; i < n; i++) {
          double xi = i <= head ? ratios[row][i] : 1;
          gradient[i] += error * xi;
          for (int j = 0; j < n; j++) {
            hessian[i][j] += weight * xi * (j <= head ? ratios[row][j] : 1);
          }
        }
      }
      double[] delta = solve(hessian, gradient);
      double next = now;
      for (double size = 1; size > 1e-4; size /= 2) {
        double[] tried = w.clone();
        for (int i = 0; i < n; i++) {
          tried[i] -= size * delta[i];
        }
        next = objective(tried, head, ratios, labels, scales);
        if (next < now) {
          w = tried;
          break;
        }
      }
      if (now - next < 1e-9 * Math.abs(now)) {
        break;
      }
      now = next;
    }
    return w;
  }

  private static double[] solve(double[][] hessian, double[] gradient) {
    DMatrixRMaj step = new DMatrixRMaj(gradient.length, 1);
    if (!CommonOps_DDRM.solve(new DMatrixRMaj(hessian), new DMatrixRMaj(gradient), step)) {
      throw new IllegalStateException("the ridge keeps the system from being singular");
    }
    return step.getData();
  }

  private static double score(double[] w, int head, double[] ratios) {
    double s = w[head + 1];
    for (int i = 0; i <= head; i++) {
      s += w[i] * ratios[i];
    }
    return s;
  }

  private static double objective(
      double[] w, int head, double[][] ratios, boolean[] labels, double[] scales) {
    double sum = 0;
    for (int i = 0; i <= head; i++) {
      double off = w[i] - (i == head ? 1 : 0);
      sum += scales[i] * off * off / 2;
    }
    for (int row = 0; row < labels.length; row++) {
      double s = score(w, head, ratios[row]);
      sum += softplus(labels[row] ? -s : s);
    }
    return sum;
  }
}
