package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.RandomModel;

class TraceScoreTest {
  private static final TraceScore WEIGHTED =
      TraceScore.of(new double[][] {{2}, {0.5, 1}}, new double[] {-1, 0.25});

  @Test
  void theLastHeadAnswersUnlessHeadsAreWeighed() {
    assertThat(TraceScore.LAST.of(new double[] {3, 0.5})).isEqualTo(0.5);
    assertThat(WEIGHTED.of(new double[] {3})).isEqualTo(2 * 3 - 1);
    assertThat(WEIGHTED.of(new double[] {3, 0.5})).isEqualTo(0.5 * 3 + 0.5 + 0.25);
  }

  @Test
  void theScorerAnswersWithItAndKeepsTheHeadsOwnWordsInTheTrace() {
    try (Backbone backbone = RandomModel.load(4, 5)) {
      List<CalibratedHead> heads =
          List.of(
              new CalibratedHead(2, backbone.answerHead(1, 2), HeadCalibration.IDENTITY),
              new CalibratedHead(4, backbone.answerHead(1, 2), HeadCalibration.IDENTITY));
      PackedPrompt prompt = new PackedPrompt(new int[] {5, 6}, List.of(new int[] {7, 8}));
      Score plain = new Scorer(backbone, heads, new ExitPolicy.None()).score(prompt).getFirst();
      Score weighed =
          new Scorer(backbone, heads, new ExitPolicy.None(), WEIGHTED).score(prompt).getFirst();
      assertThat(weighed.trace()).isEqualTo(plain.trace());
      double[] ratios =
          plain.trace().stream()
              .mapToDouble(r -> Math.log(r.probability() / (1 - r.probability())))
              .toArray();
      assertThat(weighed.probability())
          .isCloseTo(1 / (1 + Math.exp(-WEIGHTED.of(ratios))), within(1e-9));
      assertThatThrownBy(
              () -> new Scorer(backbone, heads.subList(0, 1), new ExitPolicy.None(), WEIGHTED))
          .hasMessage("an answer from 2 heads, there are 1");
    }
  }

  @Test
  void eachHeadWeighsThoseUpToItself() {
    assertThatThrownBy(() -> TraceScore.of(new double[][] {{1, 2}}, new double[] {0}))
        .hasMessage("head 1 weighs 2 log ratios");
  }
}
