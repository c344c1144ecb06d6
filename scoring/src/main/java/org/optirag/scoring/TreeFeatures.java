package org.optirag.scoring;

import java.util.Arrays;
import org.optirag.scoring.trees.BoostedTrees;

/**
 * What boosted trees make of a candidate's figures: one number, the log odds of a like. The head
 * before the first block answers with it, and the heads after blocks add to it what the LLM reads.
 *
 * @param features the figures, not scaled
 * @param trees read them
 */
public record TreeFeatures(FeatureSource features, BoostedTrees trees) implements FeatureSource {
  @Override
  public float[][] of(int user, int[] candidates, long time) {
    return Arrays.stream(features.of(user, candidates, time))
        .map(row -> new float[] {(float) trees.logit(row)})
        .toArray(float[][]::new);
  }
}
