package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.optirag.retrieval.ReluFeatures;

/**
 * A layer of rectified units beside a logistic regression: logit = w·x + b + Σ_k v_k max(0, W_k·x +
 * c_k). It starts as the regression (v = 0) and keeps its best epoch by the log loss on validation,
 * so that it is never worse there. Networks of several seeds are averaged, which in this form is a
 * network again.
 *
 * @param units W and c
 * @param weights w and v, [features + units]
 * @param bias b
 */
record FeatureNetwork(ReluFeatures units, double[] weights, double bias) {
  private static final int NETWORKS = 4;
  private static final int UNITS = 12;
  private static final int EPOCHS = 40;
  private static final int PATIENCE = 5;
  private static final int BATCH = 256;
  private static final double RATE = 2e-3;
  private static final float SHRINKAGE = 1e-3f;

  /**
   * Trains on scaled features.
   *
   * @param x [examples, features]
   * @param heldX validation, [examples, features]; at least one
   */
  static FeatureNetwork fit(
      LogisticRegression start,
      float[][] x,
      boolean[] y,
      float[][] heldX,
      boolean[] heldY,
      long seed) {
    List<FeatureNetwork> networks =
        IntStream.range(0, NETWORKS)
            .parallel()
            .mapToObj(i -> new Learner(start, x, y, seed + i).fit(heldX, heldY))
            .toList();
    return mean(networks);
  }

  private static FeatureNetwork mean(List<FeatureNetwork> networks) {
    int features = networks.getFirst().features();
    int n = networks.size();
    List<float[]> units = new ArrayList<>();
    List<Float> biases = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    for (int f = 0; f < features; f++) {
      int feature = f;
      weights.add(networks.stream().mapToDouble(net -> net.weights[feature]).sum() / n);
    }
    for (FeatureNetwork network : networks) {
      for (int k = 0; k < network.units.count(); k++) {
        units.add(network.units.weights()[k]);
        biases.add(network.units.bias()[k]);
        weights.add(network.weights[features + k] / n);
      }
    }
    float[] bias = new float[biases.size()];
    for (int k = 0; k < bias.length; k++) {
      bias[k] = biases.get(k);
    }
    return new FeatureNetwork(
        new ReluFeatures(units.toArray(float[][]::new), bias),
        weights.stream().mapToDouble(Double::doubleValue).toArray(),
        networks.stream().mapToDouble(FeatureNetwork::bias).sum() / n);
  }

  private int features() {
    return weights.length - units.count();
  }

  /** The log odds of scaled features. */
  double logit(float[] scaled) {
    float[] all = units.apply(scaled);
    double sum = bias;
    for (int i = 0; i < all.length; i++) {
      sum += weights[i] * all[i];
    }
    return sum;
  }

  /** Trains one network. */
  private static final class Learner {
    private final float[][] x;
    private final boolean[] y;
    private final int features;
    private final SplittableRandom random;
    private final Parameters linear; // w and b
    private final Parameters units;
    private final Parameters biases;
    private final Parameters outputs;

    Learner(LogisticRegression start, float[][] x, boolean[] y, long seed) {
      this.x = x;
      this.y = y;
      this.features = x[0].length;
      this.random = new SplittableRandom(seed);
      this.linear = new Parameters(1, features + 1);
      for (int f = 0; f < features; f++) {
        linear.values()[f] = (float) start.weights()[f];
      }
      linear.values()[features] = (float) start.bias();
      this.units = Parameters.normal(UNITS, features, Math.sqrt(2.0 / features), random);
      this.biases = new Parameters(1, UNITS);
      this.outputs = new Parameters(1, UNITS);
    }

    FeatureNetwork fit(float[][] heldX, boolean[] heldY) {
      FeatureNetwork best = network();
      double least = loss(best, heldX, heldY);
      int worse = 0;
      int steps = 0;
      for (int epoch = 0; epoch < EPOCHS && worse < PATIENCE; epoch++) {
        int[] order = shuffled();
        for (int from = 0; from < order.length; from += BATCH) {
          int end = Math.min(order.length, from + BATCH);
          for (int i = from; i < end; i++) {
            learn(x[order[i]], y[order[i]], end - from);
          }
          steps++;
          step(steps);
        }
        FeatureNetwork now = network();
        double loss = loss(now, heldX, heldY);
        worse = loss < least ? 0 : worse + 1;
        if (loss < least) {
          least = loss;
          best = now;
        }
      }
      return best;
    }

    private int[] shuffled() {
      int[] order = IntStream.range(0, x.length).toArray();
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int row = order[i];
        order[i] = order[j];
        order[j] = row;
      }
      return order;
    }

    /** Adds an example's gradient. */
    private void learn(float[] row, boolean label, int batch) {
      float[] hidden = new float[UNITS];
      double logit = linear.values()[features];
      for (int f = 0; f < features; f++) {
        logit += linear.values()[f] * row[f];
      }
      for (int k = 0; k < UNITS; k++) {
        float sum = biases.values()[k];
        for (int f = 0; f < features; f++) {
          sum += units.values()[k * features + f] * row[f];
        }
        hidden[k] = Math.max(0, sum);
        logit += outputs.values()[k] * hidden[k];
      }
      float slope = (float) ((1 / (1 + Math.exp(-logit)) - (label ? 1 : 0)) / batch);
      for (int f = 0; f < features; f++) {
        linear.gradient()[f] += slope * row[f];
      }
      linear.gradient()[features] += slope;
      for (int k = 0; k < UNITS; k++) {
        if (hidden[k] > 0) {
          outputs.gradient()[k] += slope * hidden[k];
          float inner = slope * outputs.values()[k];
          biases.gradient()[k] += inner;
          for (int f = 0; f < features; f++) {
            units.gradient()[k * features + f] += inner * row[f];
          }
        }
      }
    }

    private void step(int number) {
      for (Parameters parameters : List.of(linear, units, biases, outputs)) {
        parameters.touchAll();
      }
      outputs.shrink(0, SHRINKAGE);
      for (Parameters parameters : List.of(linear, units, biases, outputs)) {
        parameters.step(RATE, number);
      }
    }

    private FeatureNetwork network() {
      float[][] rows = new float[UNITS][];
      double[] weights = new double[features + UNITS];
      for (int f = 0; f < features; f++) {
        weights[f] = linear.values()[f];
      }
      for (int k = 0; k < UNITS; k++) {
        rows[k] = Arrays.copyOfRange(units.values(), k * features, (k + 1) * features);
        weights[features + k] = outputs.values()[k];
      }
      return new FeatureNetwork(
          new ReluFeatures(rows, biases.save()), weights, linear.values()[features]);
    }

    private static double loss(FeatureNetwork network, float[][] rows, boolean[] labels) {
      double sum = 0;
      for (int row = 0; row < rows.length; row++) {
        double logit = network.logit(rows[row]);
        double margin = labels[row] ? logit : -logit;
        sum += Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
      }
      return sum / rows.length;
    }
  }
}
