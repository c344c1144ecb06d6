package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReluFeaturesTest {
  private static final ReluFeatures UNITS =
      new ReluFeatures(new float[][] {{1, -2}, {3, 1}}, new float[] {0.5f, -1});

  @Test
  void unitsAreRectifiedAndStandBehindTheFeatures() {
    // 1·1 − 2·2 + ½ < 0; 3·1 + 1·2 − 1 = 4
    assertThat(UNITS.apply(new float[] {1, 2})).containsExactly(1, 2, 0, 4);
    assertThat(ReluFeatures.NONE.apply(new float[] {1, 2})).containsExactly(1, 2);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> UNITS.apply(new float[3])).hasMessage("3 features for units of 2");
    assertThatThrownBy(() -> new ReluFeatures(new float[1][2], new float[2]))
        .hasMessage("1 units, 2 biases");
    assertThatThrownBy(() -> new ReluFeatures(new float[][] {{1, 2}, {1}}, new float[2]))
        .hasMessage("units of 2 and of 1 features");
  }

  @Test
  void equalNumbersAreEqualUnits() {
    ReluFeatures same = new ReluFeatures(new float[][] {{1, -2}, {3, 1}}, new float[] {0.5f, -1});
    assertThat(same).isEqualTo(UNITS).hasSameHashCodeAs(UNITS);
    assertThat(ReluFeatures.NONE).isNotEqualTo(UNITS);
  }
}
