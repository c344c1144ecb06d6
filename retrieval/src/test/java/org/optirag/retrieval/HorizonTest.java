package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class HorizonTest {
  @Test
  void blocksAreTakenTogetherWhereThereAreTooMany() {
    Horizon twentyOne = new Horizon(1, 204_161, 10_208);
    assertThat(twentyOne.coarser(21)).isEqualTo(twentyOne);
    assertThat(twentyOne.coarser(12)).isEqualTo(new Horizon(1, 204_161, 2 * 10_208));
    assertThat(twentyOne.coarser(1).of(204_161)).isEqualTo(1);
  }

  @Property
  void aCoarserHorizonSeesNoFurther(
      @ForAll @LongRange(min = -1000, max = 1000) long first,
      @ForAll @LongRange(max = 5000) long length,
      @ForAll @LongRange(min = 1, max = 700) long block,
      @ForAll @IntRange(min = 1, max = 30) int most,
      @ForAll @LongRange(max = 6000) long after) {
    Horizon fine = new Horizon(first, first + length, block);
    Horizon coarse = fine.coarser(most);
    long time = first + after;
    assertThat(coarse.of(time)).isLessThanOrEqualTo(fine.of(time)).isLessThanOrEqualTo(time);
    assertThat(coarse.of(coarse.of(time))).isEqualTo(coarse.of(time));
    // The same for whoever looks from the start of his own block.
    assertThat(coarse.of(fine.of(time))).isEqualTo(coarse.of(time));
    assertThat(Math.ceilDiv(length + 1, coarse.block())).isLessThanOrEqualTo(most);
    if (time > fine.last()) {
      assertThat(coarse.of(time)).isEqualTo(fine.last() + 1);
    }
  }
}
