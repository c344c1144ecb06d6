package org.optirag.scoring;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What exit policies reach on validation against the depth that they use: the curve along which the
 * scorer's policy is chosen, and moved when there is less time.
 *
 * @param blocks the blocks that heads stand after, ascending; 0 for the head before the first
 * @param headAucs AUC of each head alone, if all candidates were scored by it
 * @param points one for each policy tried, in any order; at least one
 */
public record TradeOffCurve(
    List<Integer> blocks, List<Double> headAucs, List<TradeOffPoint> points) {

  /** Checks that points speak of these heads. */
  public TradeOffCurve {
    blocks = List.copyOf(blocks);
    headAucs = List.copyOf(headAucs);
    points = List.copyOf(points);
    if (blocks.isEmpty() || points.isEmpty() || headAucs.size() != blocks.size()) {
      throw new IllegalArgumentException(
          "a curve of %d heads, %d AUCs of heads and %d points"
              .formatted(blocks.size(), headAucs.size(), points.size()));
    }
    for (TradeOffPoint point : points) {
      if (point.exits().size() != blocks.size()) {
        throw new IllegalArgumentException(
            "%s exits at %d heads of %d"
                .formatted(point.policy().text(), point.exits().size(), blocks.size()));
      }
    }
  }

  /**
   * The points that no other beats: no point with a higher AUC is as shallow. By depth ascending,
   * and so by AUC ascending.
   */
  @JsonIgnore
  public List<TradeOffPoint> front() {
    return front(TradeOffPoint::meanDepth);
  }

  /**
   * The points that no other beats by a given cost, by that cost ascending.
   *
   * @param cost for instance {@link TradeOffPoint#requestCost}
   */
  public List<TradeOffPoint> front(ToDoubleFunction<TradeOffPoint> cost) {
    List<TradeOffPoint> sorted = new ArrayList<>(points);
    sorted.sort(
        Comparator.comparingDouble(cost)
            .thenComparing(Comparator.comparingDouble(TradeOffPoint::auc).reversed()));
    List<TradeOffPoint> front = new ArrayList<>();
    for (TradeOffPoint point : sorted) {
      if (front.isEmpty() || point.auc() > front.getLast().auc()) {
        front.add(point);
      }
    }
    return List.copyOf(front);
  }

  /**
   * The best point that uses no more than a share of the depth, or the shallowest of the front
   * where none uses so little. A larger share never gives a lower AUC.
   *
   * @param share of the mean depth, in [0, 1]
   */
  public TradeOffPoint atDepth(double share) {
    return at(front(), TradeOffPoint::meanDepth, share);
  }

  /**
   * The best point whose requests cost no more than a share of full depth, or the cheapest of the
   * front where none costs so little.
   *
   * @param share of {@link TradeOffPoint#requestCost}, in [0, 1]
   */
  public TradeOffPoint atRequestCost(double share) {
    return at(front(TradeOffPoint::requestCost), TradeOffPoint::requestCost, share);
  }

  private static TradeOffPoint at(
      List<TradeOffPoint> front, ToDoubleFunction<TradeOffPoint> cost, double share) {
    TradeOffPoint best = front.getFirst();
    for (TradeOffPoint point : front) {
      if (cost.applyAsDouble(point) <= share) {
        best = point;
      }
    }
    return best;
  }
}
