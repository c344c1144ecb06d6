package org.optirag.evaluation.tradeoff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;

/**
 * What exit policies reach on validation: fits the heads' calibrations, tries a grid of policies of
 * every family, and makes the plan of the one that is chosen.
 *
 * @param calibrations of the heads, shallowest first
 * @param answer how the heads seen make the probability
 * @param curve a point for each policy tried
 * @param scoreDeciles of each head's calibrated probabilities
 */
public record TradeOff(
    List<HeadCalibration> calibrations,
    TraceScore answer,
    TradeOffCurve curve,
    List<List<Double>> scoreDeciles) {
  /** Copies the lists. */
  public TradeOff {
    calibrations = List.copyOf(calibrations);
    scoreDeciles = List.copyOf(scoreDeciles);
  }

  /** What answers where a candidate stops. */
  public enum Answer {
    /** The head it stops at. */
    LAST_HEAD,
    /** All heads it has seen, where that certainly loses less on users held out; else the last. */
    ALL_HEADS
  }

  /**
   * Tries policies of every family on a grid of thresholds.
   *
   * @throws org.optirag.workspace.UserException if the impressions have one label only
   */
  public static TradeOff of(HeadReadings validation, Answer answer) {
    validation.requireBothLabels();
    Calibrated calibrated = calibrated(validation, answer);
    return of(calibrated, PolicyGrid.of(calibrated));
  }

  /**
   * Tries the given policies.
   *
   * @throws org.optirag.workspace.UserException if the impressions have one label only
   */
  public static TradeOff of(HeadReadings validation, Answer answer, List<ExitPolicy> policies) {
    validation.requireBothLabels();
    return of(calibrated(validation, answer), policies);
  }

  private static Calibrated calibrated(HeadReadings validation, Answer answer) {
    return new Calibrated(
        validation,
        Calibrated.calibrate(validation),
        answer == Answer.ALL_HEADS ? TraceScoreFit.choose(validation) : TraceScore.LAST);
  }

  private static TradeOff of(Calibrated calibrated, List<ExitPolicy> policies) {
    List<TradeOffPoint> points = policies.parallelStream().map(calibrated::point).toList();
    return new TradeOff(
        calibrated.calibrations(),
        calibrated.answer(),
        new TradeOffCurve(calibrated.readings().blocks(), calibrated.headAucs(), points),
        calibrated.scoreDeciles());
  }

  /**
   * The same calibrations and answer measured on other impressions, for instance on test: nothing
   * is fitted.
   */
  public TradeOffCurve on(HeadReadings others, List<ExitPolicy> policies) {
    Calibrated calibrated = new Calibrated(others, calibrations, answer);
    return new TradeOffCurve(
        others.blocks(),
        calibrated.headAucs(),
        policies.parallelStream().map(calibrated::point).toList());
  }

  /**
   * What the policies of a plan's curve reach on other impressions.
   *
   * @param calibrated what the plan's heads said of them, with the plan's calibrations applied
   */
  public static TradeOffCurve measured(ExitPlan plan, HeadReadings calibrated) {
    List<HeadCalibration> applied =
        Collections.nCopies(calibrated.heads(), HeadCalibration.IDENTITY);
    return new TradeOff(applied, plan.answer(), plan.curve(), plan.scoreDeciles())
        .on(calibrated, plan.curve().points().stream().map(TradeOffPoint::policy).toList());
  }

  /**
   * The plan of the policy that is chosen.
   *
   * @throws org.optirag.workspace.UserException if no policy tried fulfils the choice
   */
  public ExitPlan plan(PolicyChoice choice) {
    return plan(choice.of(curve).policy(), choice.text());
  }

  /**
   * The plan of a policy.
   *
   * @param chosen why, in a line
   */
  public ExitPlan plan(ExitPolicy policy, String chosen) {
    return new ExitPlan(policy, chosen, calibrations, answer, curve, scoreDeciles);
  }

  /** The same with one more point, if the curve has none of its policy. */
  TradeOff with(TradeOffPoint point) {
    if (curve.points().stream().anyMatch(of -> of.policy().equals(point.policy()))) {
      return this;
    }
    List<TradeOffPoint> points = new ArrayList<>(curve.points());
    points.add(point);
    return new TradeOff(
        calibrations,
        answer,
        new TradeOffCurve(curve.blocks(), curve.headAucs(), points),
        scoreDeciles);
  }
}
