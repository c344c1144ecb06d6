package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FeatureUnitsTest {
  private static final FeatureUnits UNITS =
      new FeatureUnits(new float[][] {{1, -2}, {3, 1}}, new float[] {0.5f, -1});

  @Test
  void unitsAreRectifiedAndStandBehindTheFeatures() {
    // 1·1 − 2·2 + ½ < 0; 3·1 + 1·2 − 1 = 4
    assertThat(UNITS.apply(new float[] {1, 2})).containsExactly(1, 2, 0, 4);
    assertThat(FeatureUnits.NONE.apply(new float[] {1, 2})).containsExactly(1, 2);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> UNITS.apply(new float[3])).hasMessage("3 features for units of 2");
    assertThatThrownBy(() -> new FeatureUnits(new float[1][2], new float[2]))
        .hasMessage("1 units, 2 biases");
    assertThatThrownBy(() -> new FeatureUnits(new float[][] {{1, 2}, {1}}, new float[2]))
        .hasMessage("units of 2 and of 1 features");
  }

  @Test
  void equalNumbersAreEqualUnits() {
    FeatureUnits same = new FeatureUnits(new float[][] {{1, -2}, {3, 1}}, new float[] {0.5f, -1});
    assertThat(same).isEqualTo(UNITS).hasSameHashCodeAs(UNITS);
    assertThat(FeatureUnits.NONE).isNotEqualTo(UNITS);
  }
}
