package org.optirag.dataset;

/** To which part of a split that its authors published an interaction belongs. */
public enum Part {
  /** The row learns. */
  TRAIN,
  /** The row chooses. */
  VALIDATION,
  /** The row measures. */
  TEST,
  /**
   * The row is known only from the histories of others: it tells what a user did before, and is
   * never an example.
   */
  HISTORY
}
