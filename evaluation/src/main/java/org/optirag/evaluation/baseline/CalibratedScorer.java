package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.scoring.HeadCalibration;

/**
 * Turns ratings into probabilities.
 *
 * @param name in tables
 * @param rater what rates
 * @param calibration from rating to log odds
 */
record CalibratedScorer(String name, Rater rater, HeadCalibration calibration)
    implements ImpressionScorer {

  /** Calibrates on validation, or on the training examples where there is no validation. */
  static CalibratedScorer of(String name, Rater rater, LearningData data) {
    return new CalibratedScorer(name, rater, data.calibrate(rater));
  }

  @Override
  public double[] score(int user, int[] items, long time, StageTimes times) {
    return times.time(
        "score",
        () ->
            Arrays.stream(rater.rate(user, items, time))
                .map(rating -> 1 / (1 + Math.exp(-calibration.apply(rating))))
                .toArray());
  }
}
