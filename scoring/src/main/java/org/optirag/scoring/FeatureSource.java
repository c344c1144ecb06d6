package org.optirag.scoring;

/**
 * Figures about candidates that exit heads read beside the LLM's states. Safe for use from many
 * threads.
 */
@FunctionalInterface
public interface FeatureSource {
  /** For heads that read the LLM alone. */
  FeatureSource NONE = (user, candidates, time) -> new float[candidates.length][0];

  /**
   * The figures, from what lies strictly before {@code time}.
   *
   * @param user the user's number
   * @param candidates item numbers
   * @param time the moment of the request
   * @return [candidates, features]
   */
  float[][] of(int user, int[] candidates, long time);
}
