package org.optirag.backbone;

/**
 * RMS norm and two linear rows on the residual stream at a candidate's last token: the logits of No
 * and Yes (arXiv 2501.02173; the last block's head with the LLM's own norm and output rows is the
 * LLM's own answer). The logit of Yes may also read a few numbers about the candidate that the
 * prompt does not tell. Computed in f32. Immutable; takes ownership of its arrays.
 */
public final class ExitHead {
  private static final float[] NO_FEATURES = {};

  private final float[] norm;
  private final float epsilon;
  private final float[] no;
  private final float[] yes;
  private final float[] featureWeights;
  private final float bias;

  /**
   * A head that reads the residual stream alone.
   *
   * @param norm weights of the norm, [hidden]
   * @param epsilon added to the mean square
   * @param no row of the answer No, [hidden]
   * @param yes row of the answer Yes, [hidden]
   */
  public ExitHead(float[] norm, float epsilon, float[] no, float[] yes) {
    this(norm, epsilon, no, yes, NO_FEATURES, 0);
  }

  /**
   * A head that adds featureWeights · features + bias to the logit of Yes.
   *
   * @param norm weights of the norm, [hidden]
   * @param epsilon added to the mean square
   * @param no row of the answer No, [hidden]
   * @param yes row of the answer Yes, [hidden]
   * @param featureWeights weights of a candidate's features, [features]; may be empty
   * @param bias added to the logit of Yes
   */
  public ExitHead(
      float[] norm, float epsilon, float[] no, float[] yes, float[] featureWeights, float bias) {
    if (no.length != norm.length || yes.length != norm.length) {
      throw new IllegalArgumentException(
          "norm has %d weights, No %d, Yes %d".formatted(norm.length, no.length, yes.length));
    }
    this.norm = norm;
    this.epsilon = epsilon;
    this.no = no;
    this.yes = yes;
    this.featureWeights = featureWeights;
    this.bias = bias;
  }

  /**
   * A head that reads a candidate's features alone: it stands before the first block, and costs no
   * tokens.
   *
   * @param featureWeights weights of a candidate's features, [features]
   * @param bias added to the logit of Yes
   */
  public static ExitHead ofFeatures(float[] featureWeights, float bias) {
    return new ExitHead(new float[0], 0, new float[0], new float[0], featureWeights, bias);
  }

  /** The same head, with features of a candidate that count nothing yet. */
  public ExitHead reading(int features) {
    return new ExitHead(norm, epsilon, no, yes, new float[features], bias);
  }

  /** Width of the residual stream; 0 for a head that reads features alone. */
  public int hidden() {
    return norm.length;
  }

  /** How many features of a candidate it reads. */
  public int features() {
    return featureWeights.length;
  }

  /** Weights of the norm, [hidden]; a copy. */
  public float[] norm() {
    return norm.clone();
  }

  /** What is added to the mean square. */
  public float epsilon() {
    return epsilon;
  }

  /** The row of the answer No, [hidden]; a copy. */
  public float[] no() {
    return no.clone();
  }

  /** The row of the answer Yes, [hidden]; a copy. */
  public float[] yes() {
    return yes.clone();
  }

  /** Weights of a candidate's features in the logit of Yes, [features]; a copy. */
  public float[] featureWeights() {
    return featureWeights.clone();
  }

  /** What is added to the logit of Yes. */
  public float bias() {
    return bias;
  }

  /**
   * The logits of No and Yes, [rows, 2], of candidates without features.
   *
   * @param states residual stream, [rows, hidden]
   * @throws IllegalArgumentException if the head reads features
   */
  public float[][] logits(float[][] states) {
    return logits(states, new float[states.length][0]);
  }

  /**
   * The logits of No and Yes, [rows, 2].
   *
   * @param states residual stream, [rows, hidden]
   * @param features of the candidates, [rows, features]
   * @throws IllegalArgumentException if a row has not as many features as the head reads
   */
  public float[][] logits(float[][] states, float[][] features) {
    if (features.length != states.length) {
      throw new IllegalArgumentException(
          "%d states, features of %d candidates".formatted(states.length, features.length));
    }
    float[][] logits = new float[states.length][2];
    for (int row = 0; row < states.length; row++) {
      float[] x = states[row];
      double squares = 0;
      double no = 0;
      double yes = 0;
      for (int i = 0; i < norm.length; i++) {
        double normed = (double) x[i] * norm[i];
        squares += (double) x[i] * x[i];
        no += normed * this.no[i];
        yes += normed * this.yes[i];
      }
      double scale = norm.length == 0 ? 0 : 1 / Math.sqrt(squares / norm.length + epsilon);
      logits[row][0] = (float) (no * scale);
      logits[row][1] = (float) (yes * scale + fromFeatures(features[row]));
    }
    return logits;
  }

  /**
   * What a candidate's features, and the bias, bring to the logit of Yes; all else in the logits is
   * the LLM's.
   *
   * @param features of a candidate, [features]
   * @throws IllegalArgumentException if they are not as many as the head reads
   */
  public double fromFeatures(float[] features) {
    if (features.length != featureWeights.length) {
      throw new IllegalArgumentException(
          "a candidate has %d features, the head reads %d"
              .formatted(features.length, featureWeights.length));
    }
    double sum = bias;
    for (int i = 0; i < features.length; i++) {
      sum += (double) featureWeights[i] * features[i];
    }
    return sum;
  }
}
