package org.optirag.evaluation.baseline;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A vector and a first-order weight for each feature. A field's vector is the mean of its values',
 * and zero where it has none.
 */
final class FieldEmbeddings {
  private final Features features;
  private final NetworkSettings settings;
  private final Parameters vectors;
  private final Parameters weights;

  FieldEmbeddings(
      Features features, NetworkSettings settings, double deviation, SplittableRandom random) {
    this.features = features;
    this.settings = settings;
    this.vectors = Parameters.normal(features.size(), settings.dimension(), deviation, random);
    this.weights = new Parameters(features.size(), 1);
  }

  List<Parameters> parameters() {
    return List.of(vectors, weights);
  }

  /** Fields of user and item together, users' first. */
  int fields() {
    return features.userFields() + features.itemFields();
  }

  int userFields() {
    return features.userFields();
  }

  /**
   * Looks up a batch.
   *
   * @param random hides ids in training; null when scoring
   */
  Pass forward(Batch batch, @Nullable SplittableRandom random) {
    return new Pass(batch, random);
  }

  /** Adds the sum of an item's field vectors to {@code out}. */
  void addItem(int item, float[] out, int at) {
    for (int[] field : features.ofItem(item)) {
      gather(field, out, at);
    }
  }

  /** The way back of {@link #addItem}. */
  void addItemGradient(int item, float[] slopes, int at) {
    for (int[] field : features.ofItem(item)) {
      scatter(field, slopes, at);
    }
  }

  private void gather(int[] field, float[] out, int at) {
    int dimension = settings.dimension();
    for (int feature : field) {
      float share = 1f / field.length;
      int from = feature * dimension;
      for (int d = 0; d < dimension; d++) {
        out[at + d] += share * vectors.values()[from + d];
      }
    }
  }

  private void scatter(int[] field, float[] slopes, int at) {
    int dimension = settings.dimension();
    float[] gradient = vectors.gradient();
    for (int feature : field) {
      vectors.touch(feature);
      float share = 1f / field.length;
      int to = feature * dimension;
      for (int d = 0; d < dimension; d++) {
        gradient[to + d] += share * slopes[at + d];
      }
    }
  }

  /** One look-up. */
  final class Pass {
    private final Batch batch;
    private final int[][][] found;
    private final float[] looked;
    private final float[] linear;

    private Pass(Batch batch, @Nullable SplittableRandom random) {
      this.batch = batch;
      int dimension = settings.dimension();
      this.found = new int[batch.size()][fields()][];
      this.looked = new float[batch.size() * fields() * dimension];
      this.linear = new float[batch.size()];
      for (int row = 0; row < batch.size(); row++) {
        fill(found[row], features.ofUser(batch.users()[row]), 0, random);
        fill(found[row], features.ofItem(batch.items()[row]), userFields(), random);
        for (int f = 0; f < fields(); f++) {
          int[] field = found[row][f];
          gather(field, looked, (row * fields() + f) * dimension);
          for (int feature : field) {
            linear[row] += weights.values()[feature] / field.length;
          }
        }
      }
    }

    private void fill(int[][] to, int[][] from, int at, @Nullable SplittableRandom random) {
      System.arraycopy(from, 0, to, at, from.length);
      if (random != null && random.nextDouble() < settings.hiding()) {
        to[at] = new int[0];
      }
    }

    /** Vectors of the fields, [rows, fields, dimension]. */
    float[] vectors() {
      return looked;
    }

    /** Sums of first-order weights, [rows]. */
    float[] linear() {
      return linear;
    }

    /**
     * Adds to the gradients, and each occurrence's share of the ridge.
     *
     * @param atVectors derivatives of the loss by {@link #vectors}
     * @param atLinear derivatives by {@link #linear}
     */
    void backward(float[] atVectors, float[] atLinear) {
      for (int row = 0; row < batch.size(); row++) {
        for (int f = 0; f < fields(); f++) {
          int[] field = found[row][f];
          scatter(field, atVectors, (row * fields() + f) * settings.dimension());
          for (int feature : field) {
            weights.touch(feature);
            weights.gradient()[feature] += atLinear[row] / field.length;
            // Summed over an epoch, a feature's shares make up λ once; the loss is a batch's mean.
            float share = (float) (settings.ridge() / features.count(feature) / batch.size());
            weights.shrink(feature, share);
            vectors.shrink(feature, share);
          }
        }
      }
    }
  }
}
