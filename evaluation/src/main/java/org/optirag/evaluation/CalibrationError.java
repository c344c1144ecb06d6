package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * The expected calibration error: predictions are put into bins of equal width, and the distances
 * between a bin's mean probability and its share of positive labels are averaged with the bins'
 * sizes as weights.
 */
public final class CalibrationError {
  /** The bins used throughout the reports. */
  public static final int BINS = 10;

  private CalibrationError() {}

  /** The error over {@value #BINS} bins. */
  public static double of(Predictions predictions) {
    return of(predictions, BINS);
  }

  /**
   * The error.
   *
   * @param bins how many bins part [0, 1]; bin b holds (b / bins, (b + 1) / bins], the first also 0
   */
  public static double of(Predictions predictions, int bins) {
    double sum = 0;
    for (Bin bin : bins(predictions, bins)) {
      sum += bin.count() * Math.abs(bin.meanProbability() - bin.labelRate());
    }
    return sum / predictions.size();
  }

  /** The bins that hold at least one prediction, ascending: the points of a reliability plot. */
  public static List<Bin> bins(Predictions predictions, int bins) {
    int[] counts = new int[bins];
    double[] probabilities = new double[bins];
    int[] positives = new int[bins];
    for (int row = 0; row < predictions.size(); row++) {
      int bin = binOf(predictions.probability(row), bins);
      counts[bin]++;
      probabilities[bin] += predictions.probability(row);
      positives[bin] += predictions.label(row) ? 1 : 0;
    }
    List<Bin> filled = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      int n = counts[bin];
      if (n > 0) {
        filled.add(new Bin(n, probabilities[bin] / n, (double) positives[bin] / n));
      }
    }
    return filled;
  }

  /**
   * A bin of predictions.
   *
   * @param count how many predictions it holds
   * @param meanProbability the mean of their probabilities
   * @param labelRate the share of positive labels among them
   */
  public record Bin(int count, double meanProbability, double labelRate) {}

  static int binOf(double probability, int bins) {
    int bin = Math.min((int) (probability * bins), bins - 1);
    // The product may round across an edge, and an edge belongs to the bin below it.
    while (bin > 0 && probability <= (double) bin / bins) {
      bin--;
    }
    while (bin < bins - 1 && probability > (bin + 1.0) / bins) {
      bin++;
    }
    return bin;
  }
}
