package org.optirag.training;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.optirag.evaluation.Auc;
import org.optirag.evaluation.Predictions;
import org.optirag.workspace.UserException;

/**
 * What heads say of impressions whose labels are known.
 *
 * @param logRatios of Yes to No, [heads, impressions], shallowest head first
 * @param fromFeatures the part of these that is read of the features, bias included, [heads,
 *     impressions]
 * @param labels whether the user liked or clicked, [impressions]
 */
public record HeadLogits(double[][] logRatios, double[][] fromFeatures, boolean[] labels) {

  /** Of heads that read no features. */
  HeadLogits(double[][] logRatios, boolean[] labels) {
    this(logRatios, new double[logRatios.length][labels.length], labels);
  }

  /** What moves each head's log ratio. */
  List<HeadSpread> spreads() {
    return IntStream.range(0, logRatios.length)
        .mapToObj(head -> HeadSpread.of(logRatios[head], fromFeatures[head]))
        .toList();
  }

  /**
   * The AUC of every head, NaN for one that says what is no number.
   *
   * @throws UserException if there is no impression, or all have the same label
   */
  double[] aucs() {
    int positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    if (positives == 0 || positives == labels.length) {
      throw new UserException(
          "The validation set has %d positive labels of %d: there is no AUC to choose by."
              .formatted(positives, labels.length),
          "Take more impressions for validation, or another split.");
    }
    return Arrays.stream(logRatios).mapToDouble(this::auc).toArray();
  }

  private double auc(double[] ratios) {
    if (Arrays.stream(ratios).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    // Any rising function of the ratio has its AUC; this one does not round large ratios to 1.
    double[] scores = Arrays.stream(ratios).map(s -> (1 + squeezed(s)) / 2).toArray();
    return Auc.of(new Predictions(scores, labels, new int[labels.length]));
  }

  private static double squeezed(double ratio) {
    return Double.isInfinite(ratio) ? Math.signum(ratio) : ratio / (1 + Math.abs(ratio));
  }
}
