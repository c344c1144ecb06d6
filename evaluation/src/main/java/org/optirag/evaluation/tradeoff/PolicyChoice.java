package org.optirag.evaluation.tradeoff;

import java.util.Comparator;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workspace.UserException;

/**
 * Which point of a curve to take. What is chosen among many on validation looks a little better
 * there than it is; {@link RiskControl} is the choice that promises something.
 */
public sealed interface PolicyChoice {

  /**
   * The point that fulfils the choice.
   *
   * @throws UserException if none does; it names the nearest
   */
  TradeOffPoint of(TradeOffCurve curve);

  /** The choice in a line. */
  String text();

  /**
   * The shallowest point that loses little against full depth.
   *
   * @param drop how much AUC it may lose, for instance 0.002
   */
  record MaxAucDrop(double drop) implements PolicyChoice {
    @Override
    public TradeOffPoint of(TradeOffCurve curve) {
      double full =
          curve.points().stream()
              .filter(point -> point.policy() instanceof ExitPolicy.None)
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("the curve lacks full depth"))
              .auc();
      return curve.front().stream()
          .filter(point -> point.auc() >= full - drop)
          .findFirst()
          .orElseThrow(() -> {
            double nearest = full - curve.front().getLast().auc();
            return new UserException(
                "No exit policy keeps the AUC within %s of full depth's %s; the nearest is %s, within %s."
                    .formatted(
                        drop,
                        rounded(full),
                        curve.front().getLast().policy().text(),
                        rounded(nearest)),
                "Allow a drop of %s or more.".formatted(roundedUp(nearest)));
          });
    }

    @Override
    public String text() {
      return "max-auc-drop " + drop;
    }
  }

  /**
   * The best point that uses no more than a share of the depth.
   *
   * @param share of the mean depth, for instance 0.5
   */
  record MeanDepth(double share) implements PolicyChoice {
    @Override
    public TradeOffPoint of(TradeOffCurve curve) {
      return within(share, "a mean depth", curve, curve.atDepth(share), TradeOffPoint::meanDepth);
    }

    @Override
    public String text() {
      return "mean-depth " + share;
    }
  }

  /**
   * The best point whose requests cost no more than a share of full depth. Since a shared context
   * runs as deep as its deepest candidate, this is not the best one by depth.
   *
   * @param share of the arithmetic, for instance 0.5
   */
  record RequestCost(double share) implements PolicyChoice {
    @Override
    public TradeOffPoint of(TradeOffCurve curve) {
      return within(
          share, "a request cost", curve, curve.atRequestCost(share), TradeOffPoint::requestCost);
    }

    @Override
    public String text() {
      return "request-cost " + share;
    }
  }

  private static TradeOffPoint within(
      double share,
      String what,
      TradeOffCurve curve,
      TradeOffPoint found,
      ToDoubleFunction<TradeOffPoint> cost) {
    if (cost.applyAsDouble(found) <= share) {
      return found;
    }
    TradeOffPoint least =
        curve.points().stream().min(Comparator.comparingDouble(cost)).orElse(found);
    double reached = cost.applyAsDouble(least);
    throw new UserException(
        "No exit policy has %s of %s; the least is %s with %s."
            .formatted(what, share, least.policy().text(), rounded(reached)),
        "Allow %s of %s or more, or train heads after earlier blocks."
            .formatted(what, roundedUp(reached)));
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String roundedUp(double value) {
    return rounded(Math.ceil(value * 1e4) / 1e4);
  }
}
