package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountedTest {
  @Test
  void oneIsSingularAndAllElseIsPlural() {
    assertThat(Counted.of(1, "item")).isEqualTo("1 item");
    assertThat(Counted.of(0, "item")).isEqualTo("0 items");
    assertThat(Counted.of(148, "impression")).isEqualTo("148 impressions");
    assertThat(Counted.of(-1, "row")).isEqualTo("-1 rows");
    assertThat(Counted.of(1_234_567, "interaction")).isEqualTo("1,234,567 interactions");
  }

  @Test
  void aPluralIsTakenAsWell() {
    assertThat(Counted.of(1, "rows")).isEqualTo("1 row");
    assertThat(Counted.of(2, "rows")).isEqualTo("2 rows");
    assertThat(Counted.of(1, "entries")).isEqualTo("1 entry");
  }

  @Test
  void endingsThatTakeMoreThanAnS() {
    assertThat(Counted.of(2, "entry")).isEqualTo("2 entries");
    assertThat(Counted.of(2, "day")).isEqualTo("2 days");
    assertThat(Counted.of(2, "batch")).isEqualTo("2 batches");
    assertThat(Counted.of(1, "class")).isEqualTo("1 class");
    assertThat(Counted.of(2, "class")).isEqualTo("2 classes");
  }

  @Test
  void signsOfAMeasureStay() {
    assertThat(Counted.of(2, "s")).isEqualTo("2 s");
    assertThat(Counted.of(1, "s")).isEqualTo("1 s");
    assertThat(Counted.unit(-1, "MB")).isEqualTo("MB");
  }
}
