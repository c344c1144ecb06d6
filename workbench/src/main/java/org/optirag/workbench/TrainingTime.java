package org.optirag.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.optirag.workspace.Counted;

/**
 * How the time that a training has is divided, once it is measured what an impression takes. Each
 * part gets what it asked for, up to a share; the steps get the rest, so that they have most of the
 * time where it is short and all that is spare where it is not. Immutable and safe for use from
 * several threads.
 *
 * @param asked what was asked for
 * @param fit impressions that heads are fitted to; 0 for none
 * @param validation impressions that training stops by
 * @param calibration impressions that the exits are calibrated on
 * @param examples most impressions that the steps can come to
 * @param steps seconds of the steps
 * @param after seconds that what comes after the steps needs: to open the bundle and to calibrate
 * @param least seconds that even the least of everything needs, from now on
 * @param left seconds that there were when it was divided
 */
record TrainingTime(
    Counts asked,
    int fit,
    int validation,
    int calibration,
    int examples,
    double steps,
    double after,
    double least,
    double left) {
  /** What is kept aside: no measurement holds to the end on a machine that others use. */
  static final double SPARE = 0.05;

  /** Fewer are not worth a regression of hundreds of numbers. */
  static final int LEAST_FIT = 100;

  /** Fewer say nothing of when to stop. */
  static final int LEAST_VALIDATION = 100;

  /** Fewer say nothing of which policy to take. */
  static final int LEAST_CALIBRATION = 200;

  private static final double FIT_SHARE = 0.15;
  private static final double VALIDATION_SHARE = 0.15;
  private static final double CALIBRATION_SHARE = 0.25;

  /** A step reads, and goes the way back as well. */
  private static final int READINGS_A_STEP = 3;

  /**
   * Impressions that a training reads.
   *
   * @param fit for the heads to begin with; 0 for none
   * @param validation each time that training is measured
   * @param calibration of the exits
   * @param examples to learn from, over all epochs
   */
  record Counts(int fit, int validation, int calibration, int examples) {}

  /**
   * What was measured, in seconds.
   *
   * @param alone to write an impression and read it, one prompt after the other
   * @param together the same with all workers at it
   * @param opening to open data and model once more, for the calibration
   * @param batch impressions of a step
   */
  record Speed(double alone, double together, double opening, int batch) {}

  /**
   * Divides the time.
   *
   * @param left seconds from now on
   * @param asked what would be read if there were time for all
   * @param speed what was measured
   */
  static TrainingTime of(double left, Counts asked, Speed speed) {
    double usable = Math.max(0, left * (1 - SPARE) - speed.opening);
    int fit = Math.min(asked.fit, (int) (usable * FIT_SHARE / speed.alone));
    fit = fit < Math.min(asked.fit, LEAST_FIT) ? 0 : fit;
    // Heads are chosen on it one by one, then it is measured before the first step and at the end.
    double ofValidation = (fit > 0 ? speed.alone : 0) + 2 * speed.together;
    int validation =
        within(asked.validation, LEAST_VALIDATION, usable * VALIDATION_SHARE / ofValidation);
    int calibration =
        within(asked.calibration, LEAST_CALIBRATION, usable * CALIBRATION_SHARE / speed.together);
    double steps =
        usable - fit * speed.alone - validation * ofValidation - calibration * speed.together;
    double least =
        (speed.opening
                + speed.together
                    * (2 * Math.min(asked.validation, LEAST_VALIDATION)
                        + Math.min(asked.calibration, LEAST_CALIBRATION)
                        + READINGS_A_STEP * speed.batch))
            / (1 - SPARE);
    // A step takes longer than to read, so that the steps never come to more than this.
    double most = Math.max(speed.batch, Math.max(0, steps) / speed.together);
    return new TrainingTime(
        asked,
        fit,
        validation,
        calibration,
        (int) Math.min(asked.examples, Math.round(most)),
        Math.max(0, steps),
        speed.opening + calibration * speed.together + left * SPARE,
        least,
        left);
  }

  private static int within(int asked, int least, double most) {
    return Math.min(asked, Math.max(least, (int) Math.min(most, Integer.MAX_VALUE)));
  }

  /** Whether even the least takes longer than there is time. */
  boolean tooShort() {
    return least > left;
  }

  /**
   * Says what is done in the time, and what is left out or shortened.
   *
   * @param time what was asked for, as it was written
   * @param spent seconds that reading the data and everything before the LLM took
   */
  List<String> told(String time, double spent) {
    List<String> lines = new ArrayList<>();
    if (tooShort()) {
      lines.add(
          "--time %s does not suffice: %s are spent on data, features and the model, and even the least of the rest needs %s. The least is done: give --time %s or more."
              .formatted(time, seconds(spent), seconds(least), rounded(spent + least)));
    }
    List<String> shorter = new ArrayList<>();
    if (fit == 0 && asked.fit > 0) {
      shorter.add("heads are not fitted before the first step, so that they begin quietly");
    } else if (fit < asked.fit) {
      shorter.add(
          "heads are fitted to %s, not %,d".formatted(Counted.of(fit, "impression"), asked.fit));
    }
    if (validation < asked.validation) {
      shorter.add(
          "training stops by %s of validation, not %,d"
              .formatted(Counted.of(validation, "impression"), asked.validation));
    }
    if (calibration < asked.calibration) {
      shorter.add(
          "the exits are calibrated on about %,d, not %,d"
              .formatted(calibration, asked.calibration));
    }
    lines.add(
        "Of --time %s %s are spent; %s."
            .formatted(
                time,
                seconds(spent),
                shorter.isEmpty()
                    ? "nothing has to be shortened"
                    : "to end in time, " + String.join("; ", shorter)));
    lines.add(
        "%s left for steps%s."
            .formatted(
                steps < 1 ? "No more than a moment is" : "About " + seconds(steps) + " are",
                examples < asked.examples
                    ? ", which come to at most %,d of %s"
                        .formatted(examples, Counted.of(asked.examples, "example"))
                    : ""));
    return List.copyOf(lines);
  }

  /** Says at the beginning what comes before anything can be measured. */
  static String begun(String time, double spent) {
    return "Of --time %s %s are spent on opening the data. The graph and head 0 come first, and are not shortened; then it is measured how much of the rest can be done."
        .formatted(time, seconds(spent));
  }

  /** Seconds up to two minutes, minutes and seconds beyond. */
  static String seconds(double seconds) {
    long whole = (long) Math.ceil(seconds);
    return whole < 120
        ? whole + " s"
        : String.format(Locale.ROOT, "%d min %d s", whole / 60, whole % 60);
  }

  /** As {@code --time} takes it, in steps of ten seconds. */
  private static String rounded(double seconds) {
    long tens = (long) Math.ceil(seconds / 10) * 10;
    return tens < 60 ? tens + "s" : tens / 60 + "m" + (tens % 60 == 0 ? "" : tens % 60 + "s");
  }
}
