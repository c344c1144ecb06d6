package org.optirag.backbone;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101, algorithm 2), after clipping of the whole
 * gradient's norm. Only LoRA's matrices decay: heads start as parts of the LLM and zero is no
 * better a place for them.
 *
 * @param firstDecay β₁
 * @param secondDecay β₂
 * @param epsilon added to the root of the second moment
 * @param weightDecay times the learning rate, per step
 * @param maxNorm the gradient is scaled down to this norm; infinite for never
 */
public record AdamW(
    double firstDecay, double secondDecay, double epsilon, double weightDecay, double maxNorm) {

  /** The usual numbers: β 0.9 and 0.999, no decay, norm 1. */
  public static final AdamW STANDARD = new AdamW(0.9, 0.999, 1e-8, 0, 1);

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public AdamW {
    if (!(firstDecay >= 0 && firstDecay < 1)
        || !(secondDecay >= 0 && secondDecay < 1)
        || !(epsilon > 0)
        || !(weightDecay >= 0)
        || !(maxNorm > 0)) {
      throw new IllegalArgumentException(
          "β %s and %s, ε %s, decay %s, norm %s"
              .formatted(firstDecay, secondDecay, epsilon, weightDecay, maxNorm));
    }
  }

  /**
   * One step of one parameter.
   *
   * @param step its number, from 1
   */
  void update(Parameter parameter, float[] gradient, double rate, long step) {
    float beta1 = (float) firstDecay;
    float beta2 = (float) secondDecay;
    float size = (float) (rate / (1 - Math.pow(firstDecay, step)));
    float correction = (float) (1 / Math.sqrt(1 - Math.pow(secondDecay, step)));
    boolean decays = parameter.kind() == Parameter.Kind.LORA;
    float kept = (float) (decays ? 1 - rate * weightDecay : 1);
    float least = (float) epsilon;
    float[] values = parameter.values();
    float[] first = parameter.first();
    float[] second = parameter.second();
    for (int i = 0; i < values.length; i++) {
      float g = gradient[i];
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      float root = (float) Math.sqrt(second[i]) * correction + least;
      values[i] = kept * values[i] - size * first[i] / root;
    }
    parameter.publish();
  }
}
