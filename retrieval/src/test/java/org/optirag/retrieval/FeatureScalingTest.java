package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FeatureScalingTest {
  private static final float[][] ROWS = {
    {1, 0.1f, Float.NaN}, {3, 0.1f, 4}, {5, 0.1f, 8}, {7, 0.1f, Float.NaN}
  };

  @Test
  void meansBecomeZeroAndDeviationsOne() {
    FeatureScaling scaling = FeatureScaling.fit(ROWS);
    assertThat(scaling.mean()).containsExactly(4, 0.1f, 6);
    assertThat(scaling.deviation()).containsExactly((float) Math.sqrt(5), 0, 2);
    assertThat(scaling.apply(new float[] {4, 9, 8})).containsExactly(0, 0, 1);
  }

  @Test
  void extremesAreCutAndTheMissingIsAverage() {
    FeatureScaling scaling = FeatureScaling.fit(ROWS);
    assertThat(scaling.apply(new float[] {1000, 0, Float.NaN})).containsExactly(3, 0, 0);
    assertThat(scaling.apply(new float[][] {{-1000, 0, 0}}))
        .isDeepEqualTo(new float[][] {{-3, 0, -3}});
  }

  @Test
  void aFeatureThatIsNeverPresentBecomesZero() {
    FeatureScaling scaling = FeatureScaling.fit(new float[][] {{Float.NaN}});
    assertThat(scaling.apply(new float[] {5})).containsExactly(0);
  }

  @Test
  void widthsMustAgree() {
    assertThatThrownBy(() -> FeatureScaling.fit(ROWS).apply(new float[2]))
        .hasMessage("2 features for a scale of 3");
    assertThatThrownBy(() -> FeatureScaling.fit(new float[0][]))
        .hasMessage("no rows to fit a scale to");
  }
}
