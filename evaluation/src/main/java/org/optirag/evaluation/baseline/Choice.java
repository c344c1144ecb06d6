package org.optirag.evaluation.baseline;

/** One point of a tuning grid. */
interface Choice {
  /** Short and for a table, for instance "40 neighbours, shrinkage 20". */
  String description();
}
