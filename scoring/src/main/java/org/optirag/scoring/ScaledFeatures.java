package org.optirag.scoring;

import java.util.Arrays;
import org.optirag.retrieval.FeatureScaling;
import org.optirag.retrieval.ReluFeatures;

/**
 * Figures of candidates on the scale that heads were trained on, and the units over them.
 *
 * @param features the figures, not scaled
 * @param scaling fitted on training examples
 * @param units learned on them
 */
public record ScaledFeatures(FeatureSource features, FeatureScaling scaling, ReluFeatures units)
    implements FeatureSource {
  @Override
  public float[][] of(int user, int[] candidates, long time) {
    return Arrays.stream(features.of(user, candidates, time))
        .map(row -> units.apply(scaling.apply(row)))
        .toArray(float[][]::new);
  }
}
