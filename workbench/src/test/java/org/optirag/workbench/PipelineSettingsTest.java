package org.optirag.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.optirag.dataset.NegativeSampling;
import org.optirag.workspace.UserException;

class PipelineSettingsTest {
  private static final PipelineSettings STANDARD = PipelineSettings.standard();

  @Test
  void workersAreCounted() {
    assertThatThrownBy(() -> STANDARD.withWorkers(0))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("0 workers are not possible.");
    assertThatThrownBy(() -> STANDARD.withWorkers(1025)).isInstanceOf(UserException.class);
  }

  @Test
  void clicksAloneGetFourNegativesEach() {
    assertThat(STANDARD.sampling(false)).isNull();
    assertThat(STANDARD.sampling(true))
        .isEqualTo(
            new NegativeSampling(
                4, NegativeSampling.Choice.UNIFORM, PipelineSettings.DEFAULT_SEED));
  }

  @Test
  void theSplitIsTheStandardOneUnlessNamed() {
    assertThat(STANDARD.splitName()).isEqualTo("standard");
    assertThat(STANDARD.withSplit("last-out").splitName()).isEqualTo("last-out");
  }
}
