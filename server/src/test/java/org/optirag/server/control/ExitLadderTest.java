package org.optirag.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;

class ExitLadderTest {
  private static final ExitPolicy FULL = new ExitPolicy.None();

  @Test
  void theRungsAreTheFrontUpToTheTop() {
    ExitLadder ladder =
        ExitLadder.of(
            curve(
                point("fixed:1", 0.2, 0.70),
                point("entropy:0.3", 0.3, 0.69),
                point("fixed:2", 0.4, 0.72),
                point("none", 1, 0.71)),
            FULL);
    assertThat(policies(ladder)).containsExactly("fixed:1", "fixed:2", "none");
    assertThat(ladder.cheapest().requestCost()).isEqualTo(0.2);
    assertThat(ladder.top().policy()).isEqualTo(FULL);
  }

  @Test
  void nothingStandsAboveTheTop() {
    ExitLadder ladder =
        ExitLadder.of(
            curve(point("fixed:1", 0.2, 0.70), point("fixed:2", 0.4, 0.72), point("none", 1, 0.8)),
            ExitPolicy.parse("fixed:2"));
    assertThat(policies(ladder)).containsExactly("fixed:1", "fixed:2");
  }

  @Test
  void neighboursThatCostTheSameAreOneRung() {
    ExitLadder ladder =
        ExitLadder.of(
            curve(
                point("fixed:1", 0.2, 0.70),
                point("entropy:0.3", 0.21, 0.71),
                point("fixed:2", 0.95, 0.72),
                point("none", 1, 0.8)),
            FULL);
    assertThat(policies(ladder)).containsExactly("fixed:1", "none");
  }

  @Test
  void aShareBuysTheDeepestRungThatItPaysFor() {
    ExitLadder ladder =
        ExitLadder.of(
            curve(point("fixed:1", 0.2, 0.70), point("fixed:2", 0.4, 0.72), point("none", 1, 0.8)),
            FULL);
    assertThat(ladder.within(0.1).policy().text()).isEqualTo("fixed:1");
    assertThat(ladder.within(0.4).policy().text()).isEqualTo("fixed:2");
    assertThat(ladder.within(0.99).policy().text()).isEqualTo("fixed:2");
    assertThat(ladder.within(1).policy().text()).isEqualTo("none");
  }

  @Test
  void aPolicyThatValidationDidNotTryCountsAsFullDepth() {
    TradeOffPoint point =
        ExitLadder.point(curve(point("none", 1, 0.8)), ExitPolicy.parse("fixed:2"));
    assertThat(point.requestCost()).isEqualTo(1);
    assertThat(point.auc()).isNaN();
  }

  private static List<String> policies(ExitLadder ladder) {
    return ladder.rungs().stream().map(rung -> rung.policy().text()).toList();
  }

  private static TradeOffCurve curve(TradeOffPoint... points) {
    return new TradeOffCurve(List.of(5, 10), List.of(0.7, 0.8), List.of(points));
  }

  private static TradeOffPoint point(String policy, double cost, double auc) {
    return new TradeOffPoint(
        ExitPolicy.parse(policy), cost, List.of(0, 1), auc, auc, 0.5, 0.5, cost, cost);
  }
}
