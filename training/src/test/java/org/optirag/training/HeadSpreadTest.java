package org.optirag.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeadSpreadTest {
  @Test
  void theTwoPartsAreWhatOneComputesByHand() {
    // The features' parts 1, 3, 1, 3 deviate by 1 from their mean 2; the rest, 0.5, 0.5, 0.9, 0.9,
    // by 0.2 from 0.7.
    double[] fromFeatures = {1, 3, 1, 3};
    double[] ratios = {1.5, 3.5, 1.9, 3.9};
    HeadLogits logits =
        new HeadLogits(
            new double[][] {ratios, fromFeatures},
            new double[][] {fromFeatures, fromFeatures},
            new boolean[] {true, false, true, false});
    List<HeadSpread> spreads = logits.spreads();
    assertThat(spreads.getFirst().features()).isCloseTo(1, within(1e-12));
    assertThat(spreads.getFirst().llm()).isCloseTo(0.2, within(1e-12));
    assertThat(spreads.getLast()).isEqualTo(new HeadSpread(1, 0));
  }

  @Test
  void headsWithoutFeaturesReadTheLlmAlone() {
    HeadLogits logits = new HeadLogits(new double[][] {{-2, 2}}, new boolean[] {false, true});
    assertThat(logits.spreads()).containsExactly(new HeadSpread(0, 2));
    assertThat(logits.spreads().getFirst().llmDoesNothing()).isFalse();
  }

  @Test
  void belowATwentiethTheLlmDoesNothingAndTheRunSaysSo() {
    assertThat(new HeadSpread(1, 0.05).llmDoesNothing()).isFalse();
    assertThat(new HeadSpread(1, 0.0499).llmDoesNothing()).isTrue();
    assertThat(new HeadSpread(1, 0.05).warning()).isEmpty();
    HeadSpread quiet = new HeadSpread(1.635, 0.009);
    assertThat(quiet.text())
        .isEqualTo(
            "Standard deviation of the last head's log ratio on validation: 1.635 from the"
                + " features, 0.009 from the LLM.");
    assertThat(quiet.warning().orElseThrow())
        .startsWith("The LLM does nothing here: ")
        .contains("Use them without it")
        .contains("'optirag evaluate'");
  }
}
