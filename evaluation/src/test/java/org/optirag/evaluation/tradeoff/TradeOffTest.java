package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.PackedPrompt;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.Score;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;

class TradeOffTest {
  private static final long SEED = 20260905;

  /** Two requests, three and one candidates, heads after blocks 2 and 10 of 10. */
  private static final HeadReadings FOUR =
      new HeadReadings(
          10,
          List.of(2, 10),
          new double[][] {{2, 3}, {-0.5, -1}, {-3, 1}, {0.5, 4}},
          new boolean[] {true, false, true, false},
          new int[] {7, 7, 7, 8},
          new int[] {0, 0, 0, 1},
          new int[] {100, 40},
          new int[] {10, 10, 20, 10});

  @Test
  void everyFamilyWithAThresholdCanStopAtTheFirstHead() {
    TradeOff tradeOff = TradeOff.of(FOUR, TradeOff.Answer.LAST_HEAD);
    for (String policy : List.of("ratio-trend:0,1", "max-probability:0.5")) {
      assertThat(tradeOff.curve().points())
          .as(policy)
          .filteredOn(point -> point.policy().equals(ExitPolicy.parse(policy)))
          .singleElement()
          .satisfies(point -> assertThat(point.exits()).containsExactly(4, 0));
    }
  }

  @Test
  void aPointIsWhatOneComputesByHand() {
    Calibrated calibrated =
        new Calibrated(
            FOUR, List.of(HeadCalibration.IDENTITY, HeadCalibration.IDENTITY), TraceScore.LAST);
    TradeOffPoint point = calibrated.point(ExitPolicy.parse("ratio-trend:1,1"));
    // Rows 0 and 2 stop at block 2, rows 1 and 3 at block 10: answers 2, -1, -3, 4.
    assertThat(point.exits()).containsExactly(2, 2);
    assertThat(point.meanDepth()).isCloseTo((2 + 10 + 2 + 10) / 40.0, within(1e-12));
    assertThat(point.auc()).as("of the pairs only 2 > -1 is right").isEqualTo(0.25);
    assertThat(point.uauc()).as("user 7 alone has both labels").isEqualTo(0.5);
    assertThat(point.accuracy()).isEqualTo(0.5);
    assertThat(point.logLoss())
        .isCloseTo(
            (Math.log1p(Math.exp(-2))
                    + Math.log1p(Math.exp(-1))
                    + Math.log1p(Math.exp(3))
                    + Math.log1p(Math.exp(4)))
                / 4,
            within(1e-12));
    // Prompts of 110, 110, 120 and 50 tokens.
    assertThat(point.promptCost())
        .isCloseTo((110 * 2 + 110 * 10 + 120 * 2 + 50 * 10) / 3900.0, within(1e-12));
    // Both contexts run to block 10 with their deepest candidate.
    assertThat(point.requestCost())
        .isCloseTo(
            (100 * 10 + 10 * 2 + 10 * 10 + 20 * 2 + 40 * 10 + 10 * 10) / 1900.0, within(1e-12));
    assertThat(calibrated.headAucs()).containsExactly(0.5, 0.5);
  }

  @Test
  void aContextStopsWithItsLastCandidate() {
    Costs costs = Costs.of(FOUR, new int[] {2, 2, 2, 10});
    assertThat(costs.requests())
        .isCloseTo((100 * 2 + 40 * 2 + 40 * 10 + 10 * 10) / 1900.0, within(1e-12));
  }

  @Test
  void strictnessMovesTheMeanDepth() {
    TradeOff tradeOff =
        TradeOff.of(
            SyntheticHeads.NOISY.draw(2000, 0, SEED),
            TradeOff.Answer.LAST_HEAD,
            List.of(
                ExitPolicy.parse("ratio-trend:0.2,2"),
                ExitPolicy.parse("ratio-trend:0.8,2"),
                ExitPolicy.parse("ratio-trend:2,2"),
                new ExitPolicy.None()));
    assertThat(tradeOff.curve().points()).extracting(TradeOffPoint::meanDepth).isSorted();
    TradeOffPoint full = tradeOff.curve().points().getLast();
    assertThat(full.meanDepth()).isEqualTo(1);
    assertThat(full.promptCost()).isEqualTo(1);
    assertThat(full.requestCost()).isEqualTo(1);
    assertThat(full.auc()).isEqualTo(tradeOff.curve().headAucs().getLast());
  }

  @Test
  void theGridCoversEveryFamilyAndTheWholeDepth() {
    TradeOff tradeOff =
        TradeOff.of(SyntheticHeads.NESTED.draw(1500, -2, SEED), TradeOff.Answer.ALL_HEADS);
    assertThat(tradeOff.curve().points().stream().map(point -> point.policy().family()).distinct())
        .containsExactlyInAnyOrder(
            "none",
            "fixed",
            "patience",
            "max-probability",
            "entropy",
            "ratio-trend",
            "top-k",
            "budget");
    List<TradeOffPoint> front = tradeOff.curve().front();
    assertThat(front.getFirst().meanDepth()).isLessThan(0.25);
    double step = 0;
    for (int i = 1; i < front.size(); i++) {
      step = Math.max(step, front.get(i).meanDepth() - front.get(i - 1).meanDepth());
    }
    assertThat(step).as("the widest gap in the front").isLessThan(0.15);
    // A context goes as deep as its deepest candidate: sharing it saves less than depth tells.
    assertThat(front).allMatch(point -> point.requestCost() >= point.meanDepth() - 0.01);
  }

  @Test
  void theAllowedDropIsKeptAndNoShallowerPointKeepsIt() {
    TradeOff tradeOff =
        TradeOff.of(SyntheticHeads.NESTED.draw(3000, 0, SEED), TradeOff.Answer.LAST_HEAD);
    double full = tradeOff.curve().points().getFirst().auc();
    TradeOffPoint chosen = new PolicyChoice.MaxAucDrop(0.005).of(tradeOff.curve());
    assertThat(chosen.auc()).isGreaterThanOrEqualTo(full - 0.005);
    assertThat(chosen.meanDepth()).isLessThan(1);
    for (TradeOffPoint point : tradeOff.curve().points()) {
      assertThat(point.meanDepth() < chosen.meanDepth() && point.auc() >= full - 0.005).isFalse();
    }
    ExitPlan plan = tradeOff.plan(new PolicyChoice.MaxAucDrop(0.005));
    assertThat(plan.policy()).isEqualTo(chosen.policy());
    assertThat(plan.chosen()).isEqualTo("max-auc-drop 0.005");
    JsonMapper json = JsonMapper.shared();
    assertThat(json.readValue(json.writeValueAsString(plan), ExitPlan.class)).isEqualTo(plan);
  }

  @Test
  void aShareOfTheDepthIsKept() {
    TradeOff tradeOff =
        TradeOff.of(SyntheticHeads.NESTED.draw(2000, 0, SEED), TradeOff.Answer.LAST_HEAD);
    TradeOffPoint chosen = new PolicyChoice.MeanDepth(0.5).of(tradeOff.curve());
    assertThat(chosen.meanDepth()).isBetween(0.4, 0.5);
    assertThat(chosen).isEqualTo(tradeOff.curve().atDepth(0.5));
    TradeOffPoint cheap = new PolicyChoice.RequestCost(0.6).of(tradeOff.curve());
    assertThat(cheap.requestCost()).isBetween(0.5, 0.6);
  }

  @Test
  void whatNobodyReachesIsToldWithTheNearest() {
    TradeOff tradeOff =
        TradeOff.of(
            SyntheticHeads.NESTED.draw(2000, 0, SEED),
            TradeOff.Answer.LAST_HEAD,
            List.of(new ExitPolicy.None(), new ExitPolicy.Fixed(2)));
    assertThatThrownBy(() -> new PolicyChoice.MeanDepth(0.3).of(tradeOff.curve()))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem())
                  .isEqualTo(
                      "No exit policy has a mean depth of 0.3; the least is fixed:2 with"
                          + " 0.3333.");
              assertThat(e.wayOut())
                  .isEqualTo(
                      "Allow a mean depth of 0.3334 or more, or train heads after earlier blocks.");
            });
    assertThatThrownBy(() -> new PolicyChoice.MaxAucDrop(-0.1).of(tradeOff.curve()))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem())
                  .startsWith("No exit policy keeps the AUC within -0.1 of full depth's 0.7")
                  .endsWith("the nearest is none, within 0.0000.");
              assertThat(e.wayOut()).isEqualTo("Allow a drop of 0.0000 or more.");
            });
  }

  @Test
  void oneLabelAloneTeachesNothing() {
    HeadReadings both = SyntheticHeads.NESTED.draw(50, 0, SEED);
    boolean[] liked = new boolean[50];
    Arrays.fill(liked, true);
    HeadReadings one =
        new HeadReadings(
            both.depth(),
            both.blocks(),
            both.logRatios(),
            liked,
            both.users(),
            both.requests(),
            both.contextTokens(),
            both.candidateTokens());
    assertThatThrownBy(() -> TradeOff.of(one, TradeOff.Answer.LAST_HEAD))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem())
                  .isEqualTo(
                      "All 50 validation impressions have the label 1: there is nothing to rank.");
              assertThat(e.wayOut()).contains("move the label threshold");
            });
    assertThatThrownBy(
            () -> TradeOff.of(SyntheticHeads.NESTED.draw(0, 0, SEED), TradeOff.Answer.LAST_HEAD))
        .hasMessageStartingWith("There are no validation impressions");
  }

  @Test
  void readingsAreGatheredFromScores() {
    ReadingsCollector collector = new ReadingsCollector(10, List.of(2, 10));
    Score score =
        new Score(0.9, 10, List.of(new Score.Reading(2, 0.5), new Score.Reading(10, 0.9)));
    Score certain = new Score(1, 10, List.of(new Score.Reading(2, 1), new Score.Reading(10, 0)));
    collector.add(
        3,
        new PackedPrompt(new int[5], List.of(new int[2], new int[4])),
        new boolean[] {true, false},
        List.of(score, certain));
    collector.add(
        4, new PackedPrompt(new int[7], List.of(new int[1])), new boolean[1], List.of(score));
    HeadReadings readings = collector.readings();
    assertThat(readings.logRatios()[0][0]).isZero();
    assertThat(readings.logRatios()[0][1]).isCloseTo(Math.log(9), within(1e-12));
    assertThat(readings.logRatios()[1]).containsExactly(36, -36);
    assertThat(readings.users()).containsExactly(3, 3, 4);
    assertThat(readings.requests()).containsExactly(0, 0, 1);
    assertThat(readings.contextTokens()).containsExactly(5, 7);
    assertThat(readings.candidateTokens()).containsExactly(2, 4, 1);
    assertThat(readings.labels()).containsExactly(true, false, false);
    assertThatThrownBy(() ->
            collector.add(
                1,
                new PackedPrompt(new int[1], List.of(new int[1])),
                new boolean[2],
                Collections.nCopies(1, score)))
        .hasMessage("1 candidates, 2 labels, 1 scores");
  }
}
