package org.optirag.scoring;

import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.FeatureScaling;

/**
 * The graph's figures on the scale that heads were trained on.
 *
 * @param features what the graph says
 * @param scaling fitted on training examples
 */
public record ScaledFeatures(CandidateFeatures features, FeatureScaling scaling)
    implements FeatureSource {
  @Override
  public float[][] of(int user, int[] candidates, long time) {
    return scaling.apply(features.of(user, candidates, time));
  }
}
