package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HorizonTest {
  @Test
  void blocksAreTakenTogetherWhereThereAreTooMany() {
    Horizon twentyOne = new Horizon(1, 204_161, 10_208);
    assertThat(twentyOne.coarser(21)).isEqualTo(twentyOne);
    assertThat(twentyOne.coarser(12)).isEqualTo(new Horizon(1, 204_161, 2 * 10_208));
    assertThat(twentyOne.coarser(1).of(204_161)).isEqualTo(1);
  }

  @Test
  void aCoarserHorizonSeesNoFurther() {
    SplittableRandom random = new SplittableRandom(5);
    for (int draw = 0; draw < 10_000; draw++) {
      long first = random.nextLong(-1000, 1000);
      long length = random.nextLong(5000);
      Horizon fine = new Horizon(first, first + length, random.nextLong(1, 700));
      int most = random.nextInt(1, 30);
      Horizon coarse = fine.coarser(most);
      long time = first + random.nextLong(6000);
      assertThat(coarse.of(time)).isLessThanOrEqualTo(fine.of(time));
      // The same for whoever looks from the start of his own block.
      assertThat(coarse.of(fine.of(time))).isEqualTo(coarse.of(time));
      assertThat(Math.ceilDiv(length + 1, coarse.block())).isLessThanOrEqualTo(most);
      if (time > fine.last()) {
        assertThat(coarse.of(time)).isEqualTo(fine.last() + 1);
      }
    }
  }
}
