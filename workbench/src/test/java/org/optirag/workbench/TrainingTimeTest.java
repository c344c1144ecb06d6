package org.optirag.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TrainingTimeTest {
  private static final TrainingTime.Counts USUAL =
      new TrainingTime.Counts(4000, 1000, 3000, 80_000);

  /**
   * A core that others use: 50 ms an impression, or 25 with two workers; 10 s to open all again.
   */
  private static final TrainingTime.Speed SLOW = new TrainingTime.Speed(0.05, 0.025, 10, 30);

  @Test
  void whereTimeIsShortEachPartGetsItsShareAndTheStepsTheRest() {
    // 200 s, of which 5 % are kept aside and 10 s open the bundle again: 180 s.
    TrainingTime time = TrainingTime.of(200, USUAL, SLOW);
    assertThat(time.fit()).isEqualTo(540); // 27 s of 50 ms
    assertThat(time.validation()).isEqualTo(270); // 27 s of 50 + 25 + 25 ms
    assertThat(time.calibration()).isEqualTo(1800); // 45 s of 25 ms
    assertThat(time.steps()).isCloseTo(81, within(1e-9));
    assertThat(time.examples()).isEqualTo(3240); // 81 s of 25 ms
    assertThat(time.after()).isCloseTo(10 + 45 + 10, within(1e-9));
    assertThat(time.tooShort()).isFalse();
    assertThat(time.told("4m", 40))
        .containsExactly(
            "Of --time 4m 40 s are spent; to end in time, heads are fitted to 540 impressions, not"
                + " 4,000; training stops by 270 impressions of validation, not 1,000; the exits are"
                + " calibrated on about 1,800, not 3,000.",
            "About 81 s are left for steps, which come to at most 3,240 of 80,000 examples.");
  }

  @Test
  void whereThereIsTimeForAllNothingIsShortened() {
    // 3600 · 0.95 − 10 = 3410; all of it takes 200 + 100 + 75 s.
    TrainingTime time = TrainingTime.of(3600, USUAL, SLOW);
    assertThat(time.fit()).isEqualTo(4000);
    assertThat(time.validation()).isEqualTo(1000);
    assertThat(time.calibration()).isEqualTo(3000);
    assertThat(time.steps()).isCloseTo(3035, within(1e-9));
    assertThat(time.examples()).isEqualTo(80_000);
    assertThat(time.told("1h", 20))
        .containsExactly(
            "Of --time 1h 20 s are spent; nothing has to be shortened.",
            "About 50 min 35 s are left for steps.");
  }

  @Test
  void whereEvenTheLeastTakesLongerItIsSaidHowMuchIsNeeded() {
    // The least: 10 + 0.025 · (2 · 100 + 200 + 3 · 30) = 22.25 s, and 5 % more: 23.42 s.
    TrainingTime time = TrainingTime.of(12, USUAL, SLOW);
    assertThat(time.least()).isCloseTo(22.25 / 0.95, within(1e-9));
    assertThat(time.tooShort()).isTrue();
    assertThat(time.fit()).isZero();
    assertThat(time.validation()).isEqualTo(100);
    assertThat(time.calibration()).isEqualTo(200);
    assertThat(time.examples()).isEqualTo(30); // a batch
    assertThat(time.told("30s", 18))
        .containsExactly(
            "--time 30s does not suffice: 18 s are spent on data, features and the model, and even"
                + " the least of the rest needs 24 s. The least is done: give --time 50s or more.",
            "Of --time 30s 18 s are spent; to end in time, heads are not fitted before the first"
                + " step, so that they begin quietly; training stops by 100 impressions of"
                + " validation, not 1,000; the exits are calibrated on about 200, not 3,000.",
            "No more than a moment is left for steps, which come to at most 30 of 80,000"
                + " examples.");
  }

  @Test
  void timeThatIsOverLeavesTheLeast() {
    TrainingTime time = TrainingTime.of(-50, USUAL, SLOW);
    assertThat(time.steps()).isZero();
    assertThat(time.validation()).isEqualTo(100);
    assertThat(time.tooShort()).isTrue();
  }

  @Test
  void whatWasAskedForIsNeverExceeded() {
    TrainingTime.Counts few = new TrainingTime.Counts(0, 20, 60, 500);
    TrainingTime time = TrainingTime.of(10, few, SLOW);
    assertThat(time.fit()).isZero();
    assertThat(time.validation()).isEqualTo(20);
    assertThat(time.calibration()).isEqualTo(60);
    assertThat(String.join(" ", time.told("1m", 50))).doesNotContain("fitted", "calibrated on");
  }

  @Test
  void theCalibrationReadsWhatFitsByWhatTheFirstImpressionsTook() {
    // 60 in 3 s, 20 s left of which 30 % are the curve's: 14 s, 280 more.
    assertThat(Calibration.fitting(60, 3, 20, 3000)).isEqualTo(340);
    assertThat(Calibration.fitting(60, 3, 500, 3000)).isEqualTo(3000);
    assertThat(Calibration.fitting(60, 3, -5, 3000)).as("the least").isEqualTo(200);
    assertThat(Calibration.fitting(60, 3, -5, 90)).as("all there is").isEqualTo(90);
  }

  @Test
  void aSecondModelOfHeadZeroIsTriedOnlyWhereTheFirstTookLittleOfTheTime() {
    assertThat(HeadZero.leavesTimeForAnother(200, 180)).as("20 of 180 s").isTrue();
    assertThat(HeadZero.leavesTimeForAnother(200, 170)).as("30 of 170 s").isFalse();
    assertThat(HeadZero.leavesTimeForAnother(10, -50)).as("late").isFalse();
    double always = Double.POSITIVE_INFINITY;
    assertThat(HeadZero.leavesTimeForAnother(always, always)).as("no deadline").isTrue();
  }
}
