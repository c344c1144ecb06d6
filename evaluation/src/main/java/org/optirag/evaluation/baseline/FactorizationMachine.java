package org.optirag.evaluation.baseline;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A factorization machine (Rendle, ICDM 2010, eqs. 1 and 5) over the fields of user and item: a
 * bias, first-order weights, and the inner products of all pairs of the fields' vectors, as ½ Σ_d
 * ((Σ_f v_fd)² − Σ_f v_fd²). A field with several values counts as their mean.
 */
final class FactorizationMachine implements ClickNetwork {
  private final FieldEmbeddings embeddings;
  private final Parameters bias;
  private final int dimension;

  FactorizationMachine(
      Features features, NetworkSettings settings, double logOdds, SplittableRandom random) {
    this.embeddings = new FieldEmbeddings(features, settings, 0.03, random);
    this.bias = new Parameters(1, 1);
    this.bias.values()[0] = (float) logOdds;
    this.dimension = settings.dimension();
  }

  FieldEmbeddings embeddings() {
    return embeddings;
  }

  @Override
  public List<Parameters> parameters() {
    return List.of(embeddings.parameters().get(0), embeddings.parameters().get(1), bias);
  }

  @Override
  public Pass forward(Batch batch, @Nullable SplittableRandom random) {
    return new Pass(batch, embeddings.forward(batch, random));
  }

  /** A run, whose vectors another part may share. */
  final class Pass implements ClickNetwork.Pass {
    private final FieldEmbeddings.Pass looked;
    private final float[] sums;
    private final float[] logits;

    private Pass(Batch batch, FieldEmbeddings.Pass looked) {
      this.looked = looked;
      this.sums = new float[batch.size() * dimension];
      this.logits = new float[batch.size()];
      int fields = embeddings.fields();
      float[] v = looked.vectors();
      for (int row = 0; row < logits.length; row++) {
        float pairs = 0;
        for (int f = 0; f < fields; f++) {
          int at = (row * fields + f) * dimension;
          for (int d = 0; d < dimension; d++) {
            sums[row * dimension + d] += v[at + d];
            pairs -= v[at + d] * v[at + d];
          }
        }
        for (int d = 0; d < dimension; d++) {
          pairs += sums[row * dimension + d] * sums[row * dimension + d];
        }
        logits[row] = bias.values()[0] + looked.linear()[row] + pairs / 2;
      }
    }

    /** Vectors of the fields, [rows, fields, dimension]. */
    float[] vectors() {
      return looked.vectors();
    }

    @Override
    public float[] logits() {
      return logits;
    }

    @Override
    public void backward(float[] slopes) {
      backward(slopes, new float[vectors().length]);
    }

    /**
     * Adds to the gradients.
     *
     * @param atVectors derivatives by {@link #vectors} that come from elsewhere; changed
     */
    void backward(float[] slopes, float[] atVectors) {
      bias.touch(0);
      int fields = embeddings.fields();
      float[] v = looked.vectors();
      for (int row = 0; row < slopes.length; row++) {
        bias.gradient()[0] += slopes[row];
        for (int f = 0; f < fields; f++) {
          int at = (row * fields + f) * dimension;
          for (int d = 0; d < dimension; d++) {
            atVectors[at + d] += slopes[row] * (sums[row * dimension + d] - v[at + d]);
          }
        }
      }
      looked.backward(atVectors, slopes);
    }
  }
}
