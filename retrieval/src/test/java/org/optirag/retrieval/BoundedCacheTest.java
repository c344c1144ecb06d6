package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedCacheTest {
  private static final long SEED = 20261130;

  @Test
  void whatIsAskedForAgainIsMadeOnce() {
    AtomicInteger made = new AtomicInteger();
    BoundedCache<Integer, String> cache = new BoundedCache<>(1_000, (key, value) -> 1);
    for (int round = 0; round < 3; round++) {
      assertThat(cache.get(7, key -> "value " + key + made.incrementAndGet()))
          .isEqualTo("value 71");
    }
  }

  @Test
  void whatIsInUseStaysWhileOtherThingsComeAndGo() {
    AtomicInteger made = new AtomicInteger();
    BoundedCache<Integer, Integer> cache = new BoundedCache<>(20, (key, value) -> 1);
    for (int key = 1; key < 1_000; key++) {
      cache.get(key, k -> k);
      cache.get(0, k -> made.incrementAndGet());
    }
    assertThat(made).hasValue(1);
  }

  @Test
  void neverKeepsMuchMoreThanItMay() {
    BoundedCache<Integer, Integer> cache = new BoundedCache<>(100, (key, value) -> 3);
    IntStream.range(0, 8)
        .parallel()
        .forEach(thread -> {
          Random random = new Random(SEED + thread);
          for (int i = 0; i < 10_000; i++) {
            int key = random.nextInt(500);
            assertThat(cache.get(key, k -> 2 * k)).isEqualTo(2 * key);
          }
        });
    assertThat(cache.size()).isBetween(1L, 150L);
  }
}
