package org.optirag.server.control;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;

/**
 * The points of a bundle's curve that the service moves along: from the cheapest, up the front of
 * the curve, to the policy that is used while there is time.
 *
 * @param rungs by request cost ascending; at least one
 */
public record ExitLadder(List<TradeOffPoint> rungs) {
  /** Neighbours that cost nearly the same would only be two names for one thing. */
  private static final double STEP = 1.1;

  /** Copies the list. */
  public ExitLadder {
    rungs = List.copyOf(rungs);
    if (rungs.isEmpty()) {
      throw new IllegalArgumentException("a ladder without rungs");
    }
  }

  /**
   * The ladder of a curve.
   *
   * @param top the policy used while there is time
   */
  public static ExitLadder of(TradeOffCurve curve, ExitPolicy top) {
    TradeOffPoint last = point(curve, top);
    List<TradeOffPoint> rungs = new ArrayList<>();
    for (TradeOffPoint point : curve.front(TradeOffPoint::requestCost)) {
      boolean apart =
          rungs.isEmpty() || point.requestCost() >= STEP * rungs.getLast().requestCost();
      boolean cheaper =
          point.requestCost() < last.requestCost()
              && last.requestCost() >= STEP * point.requestCost();
      if (apart && cheaper) {
        rungs.add(point);
      }
    }
    rungs.add(last);
    return new ExitLadder(rungs);
  }

  /**
   * What validation knows of a policy. One that it did not try is taken to cost as much as full
   * depth, and its figures are NaN.
   */
  public static TradeOffPoint point(TradeOffCurve curve, ExitPolicy policy) {
    return curve.points().stream()
        .filter(point -> point.policy().equals(policy))
        .findFirst()
        .orElseGet(() ->
            new TradeOffPoint(
                policy,
                1,
                Collections.nCopies(curve.blocks().size(), 0),
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                1,
                1));
  }

  /** The best that the service gives. */
  public TradeOffPoint top() {
    return rungs.getLast();
  }

  /** The least that it falls back to. */
  public TradeOffPoint cheapest() {
    return rungs.getFirst();
  }

  /** The deepest rung whose requests cost no more than a share of full depth, or the cheapest. */
  public TradeOffPoint within(double share) {
    TradeOffPoint best = cheapest();
    for (TradeOffPoint rung : rungs) {
      if (rung.requestCost() <= share) {
        best = rung;
      }
    }
    return best;
  }
}
