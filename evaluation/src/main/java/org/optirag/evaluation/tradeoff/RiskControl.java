package org.optirag.evaluation.tradeoff;

import java.util.List;
import java.util.Locale;
import org.optirag.evaluation.tradeoff.LearnThenTest.Losses;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.workspace.Counted;
import org.optirag.workspace.UserException;

/**
 * A choice that promises something: with confidence 1 − delta, over the draw of the validation
 * users, what early exits cost a user like them is at most epsilon on average.
 *
 * <p>Half of the users fit calibrations, the curve and a sequence of policies ({@link
 * RiskSequence}), which the other half tests (Learn then Test, arXiv 2110.01052); the last one that
 * holds is taken. The unit is the user, since impressions of one user are not independent: a user's
 * loss is the mean over his impressions.
 *
 * @param loss what counts as loss
 * @param epsilon most of it on average, in (0, 1)
 * @param delta how probable it may be that this is wrong, in (0, 1)
 */
public record RiskControl(Loss loss, double epsilon, double delta) {

  /** What an early exit costs against full depth, in [0, 1] for an impression. */
  public enum Loss {
    /** 1 where the two stand on different sides of 0.5. */
    DISAGREEMENT {
      @Override
      double of(double early, double full, boolean label) {
        return early >= 0.5 == full >= 0.5 ? 0 : 1;
      }
    },
    /**
     * By how many nats the log loss rose, no less than 0 and no more than 1: where early exit
     * happens to be the better, that makes up for nothing.
     */
    LOG_LOSS_INCREASE {
      @Override
      double of(double early, double full, boolean label) {
        return Math.clamp(logLoss(early, label) - logLoss(full, label), 0, 1);
      }
    };

    abstract double of(double early, double full, boolean label);

    private static double logLoss(double probability, boolean label) {
      double clipped = Math.clamp(probability, 1e-7, 1 - 1e-7);
      return -Math.log(label ? clipped : 1 - clipped);
    }
  }

  /** Checks the bounds. */
  public RiskControl {
    if (!(epsilon > 0 && epsilon < 1 && delta > 0 && delta < 1)) {
      throw new UserException(
          "A risk of %s with an error of %s cannot be controlled.".formatted(epsilon, delta),
          "Give two numbers between 0 and 1, for instance 0.02 and 0.1.");
    }
  }

  /**
   * Chooses.
   *
   * @throws UserException if the users are too few for such a promise, if no early exit fulfils it,
   *     or one half of the users has one label only
   */
  public ExitPlan plan(HeadReadings validation, TradeOff.Answer answer) {
    HeadReadings fit = validation.ofUsers(user -> Halves.of(user) == 0);
    HeadReadings test = validation.ofUsers(user -> Halves.of(user) == 1);
    TradeOff tradeOff = TradeOff.of(fit, answer);
    Calibrated fitted = new Calibrated(fit, tradeOff.calibrations(), tradeOff.answer());
    double[] deepFitted = fitted.probabilities(new ExitPolicy.None());
    List<RiskSequence.Step> sequence =
        RiskSequence.of(fitted, exits -> losses(fitted, exits, deepFitted));
    if (sequence.isEmpty()) {
      throw new UserException(
          "No early exit is worth its loss on these %d impressions.".formatted(fit.size()),
          "Validate on more users, or use the policy none.");
    }
    Calibrated tested = new Calibrated(test, tradeOff.calibrations(), tradeOff.answer());
    requireEnough(fitted.users().count(), tested.users().count());
    double[] deep = tested.probabilities(new ExitPolicy.None());
    List<Losses> found =
        sequence.stream()
            .map(step ->
                new Losses(step.losses(), losses(tested, tested.exits(step.policy()), deep)))
            .toList();
    int held = LearnThenTest.fixedSequence(found, epsilon, delta);
    if (held == 0) {
      throw nothingHolds(sequence.getFirst().policy(), found.getFirst());
    }
    ExitPolicy chosen = sequence.get(held - 1).policy();
    return tradeOff.with(fitted.point(chosen)).plan(chosen, text());
  }

  /** The choice in a line. */
  public String text() {
    return "%s at most %s with confidence %s"
        .formatted(loss.name().toLowerCase(Locale.ROOT).replace('_', '-'), epsilon, confidence());
  }

  private void requireEnough(int fitting, int testing) {
    double least = testing == 0 ? 1 : LearnThenTest.bound(Losses.none(fitting, testing), delta);
    if (least > epsilon) {
      throw new UserException(
          "%s to test on cannot show a risk of at most %s with confidence %s, even without any loss."
              .formatted(Counted.of(testing, "user"), epsilon, confidence()),
          "Validate on more users, or allow a risk of %s or more.".formatted(roundedUp(least)));
    }
  }

  /** The first of the sequence decides: what fails there is tested no further. */
  private UserException nothingHolds(ExitPolicy first, Losses losses) {
    double least = LearnThenTest.bound(losses, delta);
    return new UserException(
        "No early exit can be shown to keep the risk at %s with confidence %s; the nearest is %s with %s."
            .formatted(epsilon, confidence(), first.text(), roundedUp(least)),
        "Allow a risk of %s or more, validate on more users, or use the policy none."
            .formatted(roundedUp(least)));
  }

  private double confidence() {
    return Math.round((1 - delta) * 1e9) / 1e9;
  }

  private static String roundedUp(double value) {
    return String.format(Locale.ROOT, "%.4f", Math.ceil(value * 1e4) / 1e4);
  }

  /** The mean loss of each user whose impressions stop at the given heads. */
  double[] losses(Calibrated calibrated, int[] exits, double[] full) {
    double[] early = calibrated.probabilities(exits);
    HeadReadings readings = calibrated.readings();
    double[] losses = new double[early.length];
    for (int row = 0; row < losses.length; row++) {
      losses[row] = loss.of(early[row], full[row], readings.labels()[row]);
    }
    return calibrated.users().means(losses);
  }
}
