package org.optirag.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.PackedPrompt;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.knowledge.Event;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.ranking.RankAnswer;
import org.optirag.server.ranking.Scored;

class LiveQualityTest {
  private static final TradeOffPoint FULL =
      new TradeOffPoint(new ExitPolicy.None(), 0.75, List.of(1, 1), 0.7, 0.7, 0.55, 0.6, 1, 1);

  /** Validation's scores lay evenly in (0, 1). */
  private static final List<Double> DECILES = List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final LiveQuality quality = new LiveQuality(registry);

  private static BundleCard card(Instant created) {
    return new BundleCard(
        "b",
        Path.of("b"),
        created,
        "data",
        "tiny",
        "BF16",
        4,
        List.of(2, 4),
        List.of("i_adj", "u_adj"),
        "none",
        new TradeOffCurve(List.of(2, 4), List.of(0.6, 0.7), List.of(FULL)),
        List.of(DECILES, DECILES),
        Map.of());
  }

  /** The deeper head's probability of each item, the shallow head sees them the other way round. */
  private static RankAnswer answer(double... probabilities) {
    List<CandidateItem> items = new ArrayList<>();
    List<int[]> tokens = new ArrayList<>();
    List<Score> scores = new ArrayList<>();
    float[][] features = new float[probabilities.length][];
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      items.add(CandidateItem.of("item " + i));
      tokens.add(new int[] {1});
      features[i] = new float[] {2, -1};
      scores.add(new Score(p, 4, List.of(new Score.Reading(2, 1 - p), new Score.Reading(4, p))));
    }
    Prompt prompt = Prompt.of(new PackedPrompt(new int[] {1}, tokens)).withFeatures(features);
    return new RankAnswer(
        new RankRequest("u", items),
        new PromptSource.Prepared(prompt, List.of(), List.of(), List.of(), 0),
        new Scored(scores, FULL, 0, 0, 1),
        0);
  }

  private void label(int item, boolean liked) {
    quality.learn(
        List.of(
            new Event.Interacted(
                "e" + item, "u", "item " + item, liked, OptionalDouble.empty(), 1)));
  }

  private double figure(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  @Test
  void labelsComeBackToTheAnswerAndToEveryHeadThatSpoke() {
    quality.served(card(Instant.EPOCH), answer(0.9, 0.2, 0.6));
    label(0, true);
    label(1, false);
    assertThat(figure("optirag.live.labels", "head", "answer")).isEqualTo(2);
    assertThat(figure("optirag.live.auc", "head", "answer")).isEqualTo(1);
    assertThat(figure("optirag.live.auc", "head", "4")).isEqualTo(1);
    assertThat(figure("optirag.live.auc", "head", "2")).as("it sees them wrongly").isEqualTo(0);
    assertThat(figure("optirag.live.bias", "head", "answer")).isCloseTo(0.05, within(1e-9));
    assertThat(figure("optirag.drift.depth")).as("1, validation had 0.75").isEqualTo(0.25);
    assertThat(figure("optirag.drift.input", "feature", "i_adj")).isEqualTo(2);
    assertThat(figure("optirag.validation.log.loss")).isEqualTo(0.55);
  }

  @Test
  void aLabelCountsOnceAndOnlyForWhatWasAnswered() {
    quality.served(card(Instant.EPOCH), answer(0.9));
    label(0, true);
    label(0, true);
    label(7, true);
    assertThat(figure("optirag.live.labels", "head", "answer")).isEqualTo(1);
  }

  @Test
  void scoresAreHeldAgainstTheFirstAndThoseOfTheFirstHeadAgainstValidation() {
    double[] even = new double[1000];
    Arrays.setAll(even, i -> (i + 0.5) / 1000);
    double[] high = new double[1000];
    Arrays.setAll(high, i -> 0.9 + i / 10_000.0);
    BundleCard card = card(Instant.EPOCH);
    quality.served(card, answer(even));
    assertThat(drift("validation", "2")).as("too few to tell").isNaN();
    quality.served(card, answer(even));
    assertThat(drift("validation", "2")).isCloseTo(0, within(0.001));
    assertThat(drift("validation", "4")).as("the policy decides who gets there").isNaN();
    assertThat(drift("first", "answer")).isNaN();
    for (int i = 0; i < 2; i++) {
      quality.served(card, answer(high));
    }
    assertThat(drift("validation", "2")).isGreaterThan(1);
    assertThat(drift("first", "answer")).isGreaterThan(1);
  }

  private double drift(String against, String head) {
    return figure("optirag.drift.scores", "against", against, "head", head);
  }

  @Test
  void anotherBundleOfTheSameNameBeginsWithNothing() {
    quality.served(card(Instant.EPOCH), answer(0.9, 0.2));
    label(0, true);
    quality.served(card(Instant.EPOCH.plusSeconds(1)), answer(0.9, 0.2));
    assertThat(figure("optirag.live.labels", "head", "answer")).isZero();
    label(1, false);
    assertThat(figure("optirag.live.labels", "head", "answer")).isEqualTo(1);
  }
}
