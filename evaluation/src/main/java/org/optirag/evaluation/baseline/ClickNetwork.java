package org.optirag.evaluation.baseline;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A model of the log odds of a click, with derivatives by hand. Scoring may run in many threads,
 * training in one.
 */
interface ClickNetwork {

  /**
   * The log odds of impressions.
   *
   * @param random draws what training leaves out; null when scoring
   */
  Pass forward(Batch batch, @Nullable SplittableRandom random);

  /** All that training moves. */
  List<Parameters> parameters();

  /** One run over a batch. */
  interface Pass {
    /** [rows]. */
    float[] logits();

    /**
     * Adds to the parameters' gradients.
     *
     * @param slopes derivatives of the loss by the log odds, [rows]
     */
    void backward(float[] slopes);
  }

  /** Makes a network to be trained. */
  @FunctionalInterface
  interface Maker {
    /**
     * @param logOdds of a like in the training examples, where the network starts
     */
    ClickNetwork make(
        Features features, NetworkSettings settings, double logOdds, SplittableRandom random);
  }
}
