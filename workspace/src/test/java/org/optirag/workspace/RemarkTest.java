package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RemarkTest {
  @Test
  void figuresAreToldInTheirOrder() {
    assertThat(Remark.NONE.figure("loss", 0.25).figure("best AUC", 2.0 / 3).text())
        .isEqualTo("loss 0.2500, best AUC 0.6667");
  }

  @Test
  void whatWasNeverMeasuredIsLeftOut() {
    assertThat(Remark.NONE.figure("loss", Double.NaN).figure("best AUC", 0.5).text())
        .isEqualTo("best AUC 0.5000");
    assertThat(Remark.NONE.figure("loss", 1).figure("held out", Double.NaN).text())
        .isEqualTo("loss 1.0000");
    assertThat(Remark.NONE.figure("AUC", Double.NaN).text()).isEmpty();
  }

  @Test
  void wordsThatSayNothingAreLeftOut() {
    assertThat(Remark.NONE.figure("AUC", 0.4455).words("").text()).isEqualTo("AUC 0.4455");
    assertThat(Remark.NONE.figure("AUC", 0.4455).words("20 neighbours").text())
        .isEqualTo("AUC 0.4455, 20 neighbours");
  }
}
