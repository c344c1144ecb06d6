package org.optirag.training;

import java.util.HashMap;
import java.util.Map;

/**
 * How far training is.
 *
 * @param step steps taken or refused
 * @param batch batches run, over all epochs
 * @param seconds time spent, over all sessions
 * @param best the best AUC of the last head so far, or NaN before the first validation
 * @param bestStep the step that reached it
 * @param sinceBest validations since then
 */
record Position(int step, long batch, double seconds, double best, int bestStep, int sinceBest) {
  static final Position START = new Position(0, 0, 0, Double.NaN, 0, 0);

  Position advanced(long batches, double moreSeconds) {
    return new Position(
        step + 1, batch + batches, seconds + moreSeconds, best, bestStep, sinceBest);
  }

  Position later(double moreSeconds) {
    return new Position(step, batch, seconds + moreSeconds, best, bestStep, sinceBest);
  }

  /** After a validation. */
  Position validated(double auc) {
    return isBetter(auc)
        ? new Position(step, batch, seconds, auc, step, 0)
        : new Position(step, batch, seconds, best, bestStep, sinceBest + 1);
  }

  boolean isBetter(double auc) {
    return auc > best || (Double.isNaN(best) && !Double.isNaN(auc));
  }

  Map<String, String> notes() {
    Map<String, String> notes = new HashMap<>();
    notes.put("step", Integer.toString(step));
    notes.put("batch", Long.toString(batch));
    notes.put("seconds", Double.toString(seconds));
    notes.put("best", Double.toString(best));
    notes.put("bestStep", Integer.toString(bestStep));
    notes.put("sinceBest", Integer.toString(sinceBest));
    return notes;
  }

  /**
   * @throws NumberFormatException if a note is missing or no number
   */
  static Position of(Map<String, String> notes) {
    return new Position(
        Integer.parseInt(notes.getOrDefault("step", "")),
        Long.parseLong(notes.getOrDefault("batch", "")),
        Double.parseDouble(notes.getOrDefault("seconds", "")),
        Double.parseDouble(notes.getOrDefault("best", "")),
        Integer.parseInt(notes.getOrDefault("bestStep", "")),
        Integer.parseInt(notes.getOrDefault("sinceBest", "")));
  }
}
