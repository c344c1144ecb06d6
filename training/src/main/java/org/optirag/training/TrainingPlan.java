package org.optirag.training;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * How long training goes on and what it stops for on the way. The first limit that is reached ends
 * it.
 *
 * @param epochs passes over the examples
 * @param maxSteps most steps, or 0 for no limit
 * @param time most time, over all sessions that go on from each other, or null for no limit; with a
 *     limit the learning rate falls with the clock where that is ahead of the steps, and going on
 *     is no longer exact
 * @param accumulation batches a step
 * @param validateEvery steps between validations
 * @param patience validations without a better AUC of the last head after which training ends, or 0
 *     for never
 * @param checkpointEvery steps between checkpoints
 */
public record TrainingPlan(
    int epochs,
    int maxSteps,
    @Nullable Duration time,
    int accumulation,
    int validateEvery,
    int patience,
    int checkpointEvery) {

  /**
   * @throws UserException if a number is out of its range
   */
  public TrainingPlan {
    Checks.require("plan.epochs", epochs, epochs >= 1, "1 or more");
    Checks.require("plan.maxSteps", maxSteps, maxSteps >= 0, "0 or more");
    Checks.require("plan.accumulation", accumulation, accumulation >= 1, "1 or more");
    Checks.require("plan.validateEvery", validateEvery, validateEvery >= 1, "1 or more");
    Checks.require("plan.patience", patience, patience >= 0, "0 or more");
    Checks.require("plan.checkpointEvery", checkpointEvery, checkpointEvery >= 1, "1 or more");
    if (time != null) {
      Checks.require("plan.time", time, time.isPositive(), "a time above zero");
    }
  }

  /** How many steps there are at most. */
  int steps(int batchesAnEpoch) {
    long batches = (long) epochs * batchesAnEpoch;
    int steps = Math.toIntExact((batches + accumulation - 1) / accumulation);
    return maxSteps == 0 ? steps : Math.min(steps, maxSteps);
  }
}
