package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * P(label 1) = σ(w·x + b), at the minimum of the summed log loss plus ridge/2 |w|², found by
 * Newton's method (iteratively reweighted least squares).
 *
 * @param weights w; treat as immutable
 * @param bias b
 */
record LogisticRegression(double[] weights, double bias) {
  private static final int STEPS = 50;
  private static final double ENOUGH = 1e-9;
  private static final double BIAS_RIDGE = 1e-3; // so that labels all the same have a minimum too

  /**
   * Fits to examples.
   *
   * @param x [examples, features]
   * @param y one label an example
   * @param ridge penalty of the weights, above 0
   */
  static LogisticRegression fit(float[][] x, boolean[] y, double ridge) {
    int features = x[0].length;
    double[] penalty = new double[features + 1];
    Arrays.fill(penalty, ridge);
    penalty[features] = BIAS_RIDGE;
    double[] now = new double[features + 1];
    double loss = loss(x, y, now, penalty);
    for (int step = 0; step < STEPS; step++) {
      double[] direction = direction(x, y, now, penalty);
      double[] next = moved(now, direction, 1);
      double better = loss(x, y, next, penalty);
      for (double share = 0.5; better > loss && share > ENOUGH; share /= 2) {
        next = moved(now, direction, share); // far from the minimum a whole step can overshoot
        better = loss(x, y, next, penalty);
      }
      if (!(loss - better > ENOUGH * loss)) {
        break;
      }
      now = next;
      loss = better;
    }
    return new LogisticRegression(Arrays.copyOf(now, features), now[features]);
  }

  private static double[] moved(double[] from, double[] direction, double share) {
    double[] to = from.clone();
    for (int i = 0; i < to.length; i++) {
      to[i] += share * direction[i];
    }
    return to;
  }

  /** H^-1 (Xᵀ(y − p) − penalty·w), with H = Xᵀ diag(p(1 − p)) X + diag(penalty). */
  private static double[] direction(float[][] x, boolean[] y, double[] w, double[] penalty) {
    int n = w.length;
    DMatrixRMaj hessian = CommonOps_DDRM.diag(penalty);
    DMatrixRMaj gradient = new DMatrixRMaj(n, 1);
    for (int i = 0; i < n; i++) {
      gradient.set(i, 0, -penalty[i] * w[i]);
    }
    double[] row = new double[n];
    row[n - 1] = 1;
    for (int example = 0; example < x.length; example++) {
      for (int i = 0; i < n - 1; i++) {
        row[i] = x[example][i];
      }
      double p = sigmoid(logit(x[example], w));
      double error = (y[example] ? 1 : 0) - p;
      double curvature = p * (1 - p);
      for (int i = 0; i < n; i++) {
        gradient.add(i, 0, error * row[i]);
        for (int j = 0; j <= i; j++) {
          hessian.add(i, j, curvature * row[i] * row[j]);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        hessian.set(j, i, hessian.get(i, j));
      }
    }
    DMatrixRMaj direction = new DMatrixRMaj(n, 1);
    if (!CommonOps_DDRM.solve(hessian, gradient, direction)) {
      throw new IllegalStateException("the Hessian of a ridge regression is singular");
    }
    return direction.getData().clone();
  }

  private static double loss(float[][] x, boolean[] y, double[] w, double[] penalty) {
    double sum = 0;
    for (int i = 0; i < w.length; i++) {
      sum += penalty[i] * w[i] * w[i] / 2;
    }
    for (int example = 0; example < x.length; example++) {
      double logit = logit(x[example], w);
      double margin = y[example] ? logit : -logit;
      sum += Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
    }
    return sum;
  }

  private static double logit(float[] x, double[] w) {
    double sum = w[x.length];
    for (int i = 0; i < x.length; i++) {
      sum += w[i] * x[i];
    }
    return sum;
  }

  /** The probability of label 1. */
  double probability(float[] x) {
    double sum = bias;
    for (int i = 0; i < x.length; i++) {
      sum += weights[i] * x[i];
    }
    return sigmoid(sum);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
