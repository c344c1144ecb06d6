package org.optirag.scoring;

import org.optirag.backbone.ExitHead;

/**
 * An exit head in its place.
 *
 * @param block after which block it stands, 1…L; 0: before the first, where it reads features alone
 * @param head norm and rows of No and Yes
 * @param calibration of its log ratio
 */
public record CalibratedHead(int block, ExitHead head, HeadCalibration calibration) {

  /**
   * The calibrated log ratios of Yes to No.
   *
   * @param states residual stream, [rows, hidden]; before the first block [rows, 0]
   * @param features of the candidates, [rows, features]
   */
  double[] logRatios(float[][] states, float[][] features) {
    float[][] logits = head.logits(states, features);
    double[] ratios = new double[logits.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = calibration.apply((double) logits[i][1] - logits[i][0]);
    }
    return ratios;
  }
}
