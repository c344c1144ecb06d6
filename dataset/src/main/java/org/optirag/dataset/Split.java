package org.optirag.dataset;

/**
 * Interactions parted for learning, for choosing and for measuring. Nothing in {@code train} is
 * later than, or at the same moment as, the first row held out, unless the rule holds users apart.
 *
 * @param train what the graph and the evidence learn from
 * @param trainExamples the rows of {@code train} that may serve as labelled impressions
 * @param validation what thresholds, calibration and early stopping are chosen on
 * @param test measured once
 */
public record Split(
    Interactions train, Interactions trainExamples, Interactions validation, Interactions test) {

  /** A split in which every training row is an example. */
  public Split(Interactions train, Interactions validation, Interactions test) {
    this(train, train, validation, test);
  }
}
