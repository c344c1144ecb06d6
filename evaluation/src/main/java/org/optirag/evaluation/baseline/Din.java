package org.optirag.evaluation.baseline;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The deep interest network (arXiv 1706.06978, eq. 3): a small network weighs each behaviour of the
 * user by the candidate, and dense layers read the user, the candidate and the weighted sum.
 *
 * <p>A behaviour is its item's vector plus one for how he received it, since here histories hold
 * dislikes too. The weighing network reads behaviour, candidate and their product (the paper's
 * difference is a linear map of these), and its weights are not normalised, as in the paper, save
 * for a constant. First-order weights stand beside the layers; ReLU stands for Dice.
 */
final class Din implements ClickNetwork {
  private static final List<Integer> ATTENTION = List.of(24);

  private final FieldEmbeddings embeddings;
  private final Parameters receptions;
  private final Parameters bias;
  private final Network attention;
  private final Network top;
  private final int dimension;
  private final float scale;

  Din(Features features, NetworkSettings settings, double logOdds, SplittableRandom random) {
    this.dimension = settings.dimension();
    this.scale = 1f / Math.max(1, settings.behaviours());
    this.embeddings = new FieldEmbeddings(features, settings, 0.1, random);
    this.receptions = Parameters.normal(2, dimension, 0.1, random);
    this.bias = new Parameters(1, 1);
    this.bias.values()[0] = (float) logOdds;
    this.attention = new Network(3 * dimension, ATTENTION, 0, random);
    this.top = new Network(3 * dimension, settings.hidden(), settings.dropout(), random);
  }

  @Override
  public List<Parameters> parameters() {
    return Stream.of(
            embeddings.parameters(),
            List.of(receptions, bias),
            attention.parameters(),
            top.parameters())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public ClickNetwork.Pass forward(Batch batch, @Nullable SplittableRandom random) {
    return new Pass(batch, random);
  }

  private final class Pass implements ClickNetwork.Pass {
    private final Batch batch;
    private final boolean training;
    private final int pairs;
    private final FieldEmbeddings.Pass looked;
    private final float[] told; // vectors of all behaviours, [pairs, dimension]
    private final Network.Pass weighed;
    private final float[] inputs; // user, candidate, behaviours, [rows, 3, dimension]
    private final Network.Pass read;
    private final float[] logits;

    Pass(Batch batch, @Nullable SplittableRandom random) {
      this.batch = batch;
      this.training = random != null;
      this.pairs = Arrays.stream(batch.behaviours()).mapToInt(b -> b.length).sum();
      this.looked = embeddings.forward(batch, random);
      this.inputs = new float[batch.size() * 3 * dimension];
      addFields();
      this.told = behaviours();
      this.weighed = attention.forward(compared(), pairs, random);
      addBehaviours();
      this.read = top.forward(inputs, batch.size(), random);
      this.logits = new float[batch.size()];
      for (int row = 0; row < logits.length; row++) {
        logits[row] = bias.values()[0] + looked.linear()[row] + read.outputs()[row];
      }
    }

    private int user(int row) {
      return 3 * row * dimension;
    }

    private int candidate(int row) {
      return (3 * row + 1) * dimension;
    }

    private int interest(int row) {
      return (3 * row + 2) * dimension;
    }

    private void addFields() {
      for (int row = 0; row < batch.size(); row++) {
        for (int f = 0; f < embeddings.fields(); f++) {
          int to = f < embeddings.userFields() ? user(row) : candidate(row);
          int from = (row * embeddings.fields() + f) * dimension;
          for (int d = 0; d < dimension; d++) {
            inputs[to + d] += looked.vectors()[from + d];
          }
        }
      }
    }

    private float[] behaviours() {
      float[] vectors = new float[pairs * dimension];
      int at = 0;
      for (int[] history : batch.behaviours()) {
        for (int behaviour : history) {
          embeddings.addItem(behaviour / 2, vectors, at);
          int from = behaviour % 2 * dimension;
          for (int d = 0; d < dimension; d++) {
            vectors[at + d] += receptions.values()[from + d];
          }
          at += dimension;
        }
      }
      return vectors;
    }

    /** What the weighing network reads: [pairs, (behaviour, candidate, product)]. */
    private float[] compared() {
      float[] x = new float[pairs * 3 * dimension];
      int pair = 0;
      for (int row = 0; row < batch.size(); row++) {
        int c = candidate(row);
        for (int n = 0; n < batch.behaviours()[row].length; n++, pair++) {
          int b = pair * dimension;
          int to = 3 * b;
          for (int d = 0; d < dimension; d++) {
            x[to + d] = told[b + d];
            x[to + dimension + d] = inputs[c + d];
            x[to + 2 * dimension + d] = told[b + d] * inputs[c + d];
          }
        }
      }
      return x;
    }

    private void addBehaviours() {
      int pair = 0;
      for (int row = 0; row < batch.size(); row++) {
        int to = interest(row);
        for (int n = 0; n < batch.behaviours()[row].length; n++, pair++) {
          float weight = scale * weighed.outputs()[pair];
          for (int d = 0; d < dimension; d++) {
            inputs[to + d] += weight * told[pair * dimension + d];
          }
        }
      }
    }

    @Override
    public float[] logits() {
      return logits;
    }

    @Override
    public void backward(float[] slopes) {
      bias.touch(0);
      for (float slope : slopes) {
        bias.gradient()[0] += slope;
      }
      float[] atInputs = read.backward(slopes, training);
      float[] atTold = new float[told.length];
      float[] atWeights = new float[pairs];
      int pair = 0;
      for (int row = 0; row < batch.size(); row++) {
        int at = interest(row);
        for (int n = 0; n < batch.behaviours()[row].length; n++, pair++) {
          float weight = scale * weighed.outputs()[pair];
          float dot = 0;
          for (int d = 0; d < dimension; d++) {
            dot += atInputs[at + d] * told[pair * dimension + d];
            atTold[pair * dimension + d] = weight * atInputs[at + d];
          }
          atWeights[pair] = scale * dot;
        }
      }
      addCompared(weighed.backward(atWeights, training), atTold, atInputs);
      addBehaviourGradients(atTold);
      addFieldGradients(atInputs, slopes);
    }

    /** From {@link #compared} back to behaviours and candidates. */
    private void addCompared(float[] atCompared, float[] atTold, float[] atInputs) {
      int pair = 0;
      for (int row = 0; row < batch.size(); row++) {
        int c = candidate(row);
        for (int n = 0; n < batch.behaviours()[row].length; n++, pair++) {
          int b = pair * dimension;
          int from = 3 * b;
          for (int d = 0; d < dimension; d++) {
            float product = atCompared[from + 2 * dimension + d];
            atTold[b + d] += atCompared[from + d] + product * inputs[c + d];
            atInputs[c + d] += atCompared[from + dimension + d] + product * told[b + d];
          }
        }
      }
    }

    private void addBehaviourGradients(float[] atTold) {
      receptions.touchAll();
      int at = 0;
      for (int[] history : batch.behaviours()) {
        for (int behaviour : history) {
          embeddings.addItemGradient(behaviour / 2, atTold, at);
          int to = behaviour % 2 * dimension;
          for (int d = 0; d < dimension; d++) {
            receptions.gradient()[to + d] += atTold[at + d];
          }
          at += dimension;
        }
      }
    }

    private void addFieldGradients(float[] atInputs, float[] slopes) {
      float[] atVectors = new float[looked.vectors().length];
      for (int row = 0; row < batch.size(); row++) {
        for (int f = 0; f < embeddings.fields(); f++) {
          int from = f < embeddings.userFields() ? user(row) : candidate(row);
          int to = (row * embeddings.fields() + f) * dimension;
          System.arraycopy(atInputs, from, atVectors, to, dimension);
        }
      }
      looked.backward(atVectors, slopes);
    }
  }
}
