package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class TradeOffCurveTest {
  private static final long SEED = 20260903;

  @Test
  void theFrontHoldsWhatNoOtherPointBeats() {
    TradeOffPoint shallow = point(0.2, 0.60);
    TradeOffPoint good = point(0.4, 0.70);
    TradeOffPoint twin = point(0.4, 0.69);
    TradeOffPoint beaten = point(0.6, 0.68);
    TradeOffPoint deep = point(1.0, 0.71);
    TradeOffCurve curve = curve(List.of(deep, beaten, twin, good, shallow));
    assertThat(curve.front()).containsExactly(shallow, good, deep);
    assertThat(curve.atDepth(0.1)).as("none is so shallow").isEqualTo(shallow);
    assertThat(curve.atDepth(0.4)).isEqualTo(good);
    assertThat(curve.atDepth(0.99)).isEqualTo(good);
    assertThat(curve.atDepth(1)).isEqualTo(deep);
    assertThat(curve.atRequestCost(0.7)).as("costs are half of depth and a half").isEqualTo(good);
  }

  @Test
  void moreDepthNeverGivesALowerAuc() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      List<TradeOffPoint> points = new ArrayList<>();
      for (int i = 1 + random.nextInt(30); i > 0; i--) {
        points.add(point(random.nextInt(1, 11) / 10.0, random.nextInt(50, 60) / 100.0));
      }
      TradeOffCurve curve = curve(points);
      double before = 0;
      for (double share = 0; share <= 1.05; share += 0.05) {
        TradeOffPoint found = curve.atDepth(share);
        assertThat(found.auc()).as("seed %d, round %d", SEED, round).isGreaterThanOrEqualTo(before);
        for (TradeOffPoint point : points) {
          assertThat(point.meanDepth() <= found.meanDepth() && point.auc() > found.auc()).isFalse();
        }
        before = found.auc();
      }
    }
  }

  @Test
  void aPlanReadsBackFromJson() {
    JsonMapper json = JsonMapper.shared();
    TradeOffCurve curve = curve(List.of(point(0.5, 0.6), point(1, 0.7)));
    ExitPlan plan =
        new ExitPlan(
            ExitPolicy.parse("ratio-trend:1.2,2,0.8,-1.5,agreeing"),
            "max-auc-drop 0.002",
            List.of(new HeadCalibration(0.5, 0.1), HeadCalibration.IDENTITY),
            TraceScore.of(new double[][] {{1}, {0.3, 0.7}}, new double[] {0, -0.1}),
            curve,
            List.of());
    assertThat(json.readValue(json.writeValueAsString(plan), ExitPlan.class)).isEqualTo(plan);
  }

  @Test
  void pointsMustSpeakOfTheCurvesHeads() {
    assertThatThrownBy(() -> new TradeOffCurve(List.of(6), List.of(0.5), List.of(point(0.5, 0.5))))
        .hasMessage("none exits at 2 heads of 1");
  }

  private static TradeOffCurve curve(List<TradeOffPoint> points) {
    return new TradeOffCurve(List.of(3, 6), List.of(0.6, 0.7), points);
  }

  private static TradeOffPoint point(double depth, double auc) {
    return new TradeOffPoint(
        new ExitPolicy.None(),
        depth,
        List.of(1, 2),
        auc,
        Double.NaN,
        0.6,
        0.7,
        depth,
        0.5 + depth / 2);
  }
}
