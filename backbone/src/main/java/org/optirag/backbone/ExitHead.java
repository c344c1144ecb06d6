package org.optirag.backbone;

/**
 * RMS norm and two linear rows on the residual stream at a candidate's last token: the logits of No
 * and Yes. Computed in f32 (arXiv 2501.02173; the last block's head with the LLM's own norm and
 * output rows is the LLM's own answer). Immutable; takes ownership of its arrays.
 */
public final class ExitHead {
  private final float[] norm;
  private final float epsilon;
  private final float[] no;
  private final float[] yes;

  /**
   * @param norm weights of the norm, [hidden]
   * @param epsilon added to the mean square
   * @param no row of the answer No, [hidden]
   * @param yes row of the answer Yes, [hidden]
   */
  public ExitHead(float[] norm, float epsilon, float[] no, float[] yes) {
    if (no.length != norm.length || yes.length != norm.length) {
      throw new IllegalArgumentException(
          "norm has %d weights, No %d, Yes %d".formatted(norm.length, no.length, yes.length));
    }
    this.norm = norm;
    this.epsilon = epsilon;
    this.no = no;
    this.yes = yes;
  }

  /** Width of the residual stream. */
  public int hidden() {
    return norm.length;
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

  /**
   * The logits of No and Yes, [rows, 2].
   *
   * @param states residual stream, [rows, hidden]
   */
  public float[][] logits(float[][] states) {
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
      double scale = 1 / Math.sqrt(squares / norm.length + epsilon);
      logits[row][0] = (float) (no * scale);
      logits[row][1] = (float) (yes * scale);
    }
    return logits;
  }
}
