package org.optirag.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * A logistic regression on many numbers at once, P(label 1) = σ(offset + w·x + b), at the minimum
 * of the mean log loss plus ridge/2 |w|² over standardised x. The curvature is bounded from above
 * by that of p = 1/2, XᵀX/4 (Böhning and Lindsay 1988): one factorisation serves every step of a
 * ridge, and every step goes downhill.
 *
 * @param weights w, on x as it was given; treat as immutable
 * @param bias b
 */
record LinearProbe(double[] weights, double bias) {
  private static final int STEPS = 200;
  private static final double ENOUGH = 1e-6;

  /** For x that never varies. */
  private static final double LEAST_DEVIATION = 1e-6;

  /**
   * Fits one probe for each ridge.
   *
   * @param x [examples, numbers]
   * @param offsets what is already known of each example, log odds, [examples]
   * @param labels [examples]
   * @param ridges above 0, falling: each fit begins where the one before it ended
   */
  static List<LinearProbe> fit(float[][] x, double[] offsets, boolean[] labels, double[] ridges) {
    Standardised data = Standardised.of(x);
    int width = data.z.numCols;
    DMatrixRMaj curvature = new DMatrixRMaj(width, width);
    CommonOps_DDRM.multInner(data.z, curvature);
    CommonOps_DDRM.scale(0.25 / labels.length, curvature);
    DMatrixRMaj w = new DMatrixRMaj(width, 1);
    List<LinearProbe> probes = new ArrayList<>();
    for (double ridge : ridges) {
      descend(data.z, offsets, labels, curvature, ridge, w);
      probes.add(data.unstandardised(w.getData()));
    }
    return probes;
  }

  private static void descend(
      DMatrixRMaj z,
      double[] offsets,
      boolean[] labels,
      DMatrixRMaj curvature,
      double ridge,
      DMatrixRMaj w) {
    int width = z.numCols;
    DMatrixRMaj bound = curvature.copy();
    for (int i = 0; i < width - 1; i++) {
      bound.add(i, i, ridge);
    }
    bound.add(width - 1, width - 1, LEAST_DEVIATION);
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(width);
    if (!solver.setA(bound)) {
      throw new IllegalStateException("the curvature's bound is not positive definite");
    }
    DMatrixRMaj logits = new DMatrixRMaj(labels.length, 1);
    DMatrixRMaj errors = new DMatrixRMaj(labels.length, 1);
    DMatrixRMaj slope = new DMatrixRMaj(width, 1);
    DMatrixRMaj step = new DMatrixRMaj(width, 1);
    for (int n = 0; n < STEPS; n++) {
      CommonOps_DDRM.mult(z, w, logits);
      for (int i = 0; i < labels.length; i++) {
        double p = 1 / (1 + Math.exp(-(logits.get(i) + offsets[i])));
        errors.set(i, ((labels[i] ? 1 : 0) - p) / labels.length);
      }
      CommonOps_DDRM.multTransA(z, errors, slope);
      for (int i = 0; i < width - 1; i++) {
        slope.add(i, 0, -ridge * w.get(i));
      }
      solver.solve(slope, step);
      CommonOps_DDRM.addEquals(w, step);
      if (CommonOps_DDRM.elementMaxAbs(step) < ENOUGH) {
        return;
      }
    }
  }

  /** The log odds that it adds to an example's offset. */
  double of(float[] x) {
    double sum = bias;
    for (int i = 0; i < x.length; i++) {
      sum += weights[i] * x[i];
    }
    return sum;
  }

  /**
   * Columns of mean 0 and deviation 1, and a last one of ones.
   *
   * @param z [examples, numbers + 1]
   */
  private record Standardised(DMatrixRMaj z, double[] means, double[] deviations) {
    static Standardised of(float[][] x) {
      int width = x[0].length;
      double[] means = new double[width];
      double[] deviations = new double[width];
      for (float[] row : x) {
        for (int i = 0; i < width; i++) {
          means[i] += (double) row[i] / x.length;
        }
      }
      for (float[] row : x) {
        for (int i = 0; i < width; i++) {
          deviations[i] += (row[i] - means[i]) * (row[i] - means[i]) / x.length;
        }
      }
      Arrays.setAll(deviations, i -> Math.max(Math.sqrt(deviations[i]), LEAST_DEVIATION));
      DMatrixRMaj z = new DMatrixRMaj(x.length, width + 1);
      for (int row = 0; row < x.length; row++) {
        for (int i = 0; i < width; i++) {
          z.set(row, i, (x[row][i] - means[i]) / deviations[i]);
        }
        z.set(row, width, 1);
      }
      return new Standardised(z, means, deviations);
    }

    LinearProbe unstandardised(double[] w) {
      double[] weights = new double[means.length];
      double bias = w[means.length];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = w[i] / deviations[i];
        bias -= weights[i] * means[i];
      }
      return new LinearProbe(weights, bias);
    }
  }
}
