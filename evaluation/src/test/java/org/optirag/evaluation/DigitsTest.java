package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DigitsTest {
  @Test
  void whatRoundsToNothingHasNoMinus() {
    assertThat(Digits.of("%.4f", -0.0)).isEqualTo("0.0000");
    assertThat(Digits.of("%+.4f", -1e-9)).isEqualTo("0.0000");
    assertThat(Digits.of("%+.4f [%+.3f, %+.3f]", -4e-5, -4e-4, 0.012))
        .isEqualTo("0.0000 [0.000, +0.012]");
    assertThat(Digits.of("%.0f", -0.2)).isEqualTo("0");
  }

  @Test
  void allElseStaysAsItIs() {
    assertThat(Digits.of("%+.4f", 0.0)).isEqualTo("+0.0000");
    assertThat(Digits.of("%+.4f", -0.0001)).isEqualTo("-0.0001");
    assertThat(Digits.of("%.2f", -0.01)).isEqualTo("-0.01");
    assertThat(Digits.of("%.1f", -10.04)).isEqualTo("-10.0");
  }

  @Test
  void aDifferenceOfNothingIsToldWithoutAMinus() {
    EvaluationResult first = ReportTest.sample("x").results().getFirst();
    assertThat(ResultsTable.differences(List.of(first, first))).doesNotContainPattern("-0\\.0+\\b");
  }
}
