package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("numeric")
class ExitHeadTest {
  private static final float[] NORM = {2, 1};
  private static final float[] NO = {1, 0};
  private static final float[] YES = {0, 1};

  /** The state (3, 4) has the mean square 12.5. */
  @Test
  void theLogitsAreTheRowsOnTheNormedState() {
    ExitHead head = new ExitHead(NORM, 0, NO, YES);
    float[] logits = head.logits(new float[][] {{3, 4}})[0];
    assertThat(logits[0]).isCloseTo((float) (2 * 3 / Math.sqrt(12.5)), within(1e-6f));
    assertThat(logits[1]).isCloseTo((float) (4 / Math.sqrt(12.5)), within(1e-6f));
  }

  @Test
  void featuresAndBiasAddToTheLogitOfYesAlone() {
    float[][] states = {{3, 4}, {-1, 2}};
    float[][] plain = new ExitHead(NORM, 0, NO, YES).logits(states);
    ExitHead head = new ExitHead(NORM, 0, NO, YES, new float[] {10, -1}, 0.5f);
    float[][] logits = head.logits(states, new float[][] {{0.25f, 1}, {0, 0}});
    assertThat(logits[0][0]).isEqualTo(plain[0][0]);
    assertThat(logits[0][1]).isCloseTo(plain[0][1] + 10 * 0.25f - 1 + 0.5f, within(1e-6f));
    assertThat(logits[1][1]).isCloseTo(plain[1][1] + 0.5f, within(1e-6f));
  }

  @Test
  void aHeadRefusesFeaturesThatItWasNotMadeFor() {
    ExitHead head = new ExitHead(NORM, 0, NO, YES, new float[] {10, -1}, 0.5f);
    float[][] state = {{3, 4}};
    assertThatThrownBy(() -> head.logits(state))
        .hasMessage("a candidate has 0 features, the head reads 2");
    assertThatThrownBy(() -> head.logits(state, new float[0][]))
        .hasMessage("1 states, features of 0 candidates");
    assertThatThrownBy(() -> new ExitHead(NORM, 0, NO, new float[3]))
        .hasMessage("norm has 2 weights, No 2, Yes 3");
  }
}
