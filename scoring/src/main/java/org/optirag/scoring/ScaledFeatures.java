package org.optirag.scoring;

import java.util.Arrays;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.FeatureScaling;
import org.optirag.retrieval.ReluFeatures;

/**
 * The graph's figures on the scale that heads were trained on, and the units over them.
 *
 * @param features what the graph says
 * @param scaling fitted on training examples
 * @param units learned on them
 */
public record ScaledFeatures(CandidateFeatures features, FeatureScaling scaling, ReluFeatures units)
    implements FeatureSource {
  @Override
  public float[][] of(int user, int[] candidates, long time) {
    return Arrays.stream(features.of(user, candidates, time))
        .map(row -> units.apply(scaling.apply(row)))
        .toArray(float[][]::new);
  }
}
