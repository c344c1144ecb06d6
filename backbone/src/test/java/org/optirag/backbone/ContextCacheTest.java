package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Passes that find contexts in a cache against passes that do not. */
@Tag("numeric")
class ContextCacheTest {
  private static final long SEED = 20261125;
  private static Backbone backbone;

  @BeforeAll
  static void load() {
    backbone = RandomModel.load(5, SEED);
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  @Test
  void whatIsFoundChangesNoState() {
    Random random = new Random(SEED);
    List<int[]> contexts = IntStream.range(0, 6).mapToObj(i -> tokens(random, i * 4)).toList();
    int found = 0;
    for (int round = 0; round < 60; round++) {
      // A small cache now and then loses what a later round asks for.
      try (ContextCache cache = new ContextCache(backbone, 1 << (14 + random.nextInt(6)))) {
        for (int pass = 0; pass < 6; pass++) {
          List<PackedPrompt> prompts = new ArrayList<>();
          for (int p = 0; p <= random.nextInt(3); p++) {
            prompts.add(prompt(random, contexts.get(random.nextInt(contexts.size()))));
          }
          requireSame(prompts, cache, random, "seed " + SEED + ", round " + round);
        }
        found += (int) cache.statistics().hits();
      }
    }
    assertThat(found).isGreaterThan(200);
  }

  /** Goes down by leaps, drops candidates on the way, ends somewhere. */
  private static void requireSame(
      List<PackedPrompt> prompts, ContextCache cache, Random random, String what) {
    try (ForwardPass cold = backbone.begin(prompts);
        ForwardPass warm = backbone.begin(prompts, cache)) {
      int block = 0;
      while (block < backbone.config().blocks() && random.nextInt(5) > 0) {
        block += 1 + random.nextInt(backbone.config().blocks() - block);
        cold.advanceTo(block);
        warm.advanceTo(block);
        if (random.nextBoolean()) {
          float[][] expected = cold.lastStates();
          float[][] states = warm.lastStates();
          assertThat(states).hasNumberOfRows(expected.length);
          for (int c = 0; c < states.length; c++) {
            for (int i = 0; i < states[c].length; i++) {
              assertThat(Math.abs(states[c][i] - expected[c][i]))
                  .as("%s, block %d, candidate %d", what, block, c)
                  .isLessThan(1e-4f * Math.max(1, Math.abs(expected[c][i])));
            }
          }
        }
        int[] kept = Arrays.stream(cold.candidates()).filter(c -> random.nextInt(4) > 0).toArray();
        cold.keep(kept);
        warm.keep(kept);
        assertThat(warm.candidates()).containsExactly(kept);
      }
    }
  }

  @Test
  void aContextThatIsKnownHasNoRows() {
    PackedPrompt prompt =
        new PackedPrompt(tokens(new Random(1), 20), List.of(new int[] {1, 2}, new int[] {3}));
    try (ContextCache cache = new ContextCache(backbone, 1 << 20)) {
      assertThat(rowsAfter(prompt, cache, 2)).isEqualTo(23);
      assertThat(rowsAfter(prompt, cache, 2)).as("known as deep").isEqualTo(3);
      assertThat(rowsAfter(prompt, cache, 3)).as("woken to go on").isEqualTo(23);
      assertThat(rowsAfter(prompt, cache, 3)).as("then known deeper").isEqualTo(3);
      assertThat(cache.statistics().contexts()).isEqualTo(1);
      assertThat(cache.statistics().hits()).isEqualTo(3);
      assertThat(cache.statistics().misses()).isEqualTo(1);
    }
  }

  private static int rowsAfter(PackedPrompt prompt, ContextCache cache, int block) {
    try (ForwardPass pass = backbone.begin(List.of(prompt), cache)) {
      pass.advanceTo(block);
      pass.lastStates();
      return pass.tokens();
    }
  }

  @Test
  void theBytesStayUnderTheLimitAndAreGivenBack() {
    Random random = new Random(SEED + 1);
    long before = Pointer.totalCount();
    try (ContextCache cache = new ContextCache(backbone, 60_000)) {
      for (int i = 0; i < 200; i++) {
        rowsAfter(prompt(random, tokens(random, 1 + random.nextInt(40))), cache, 4);
        assertThat(cache.statistics().bytes()).isLessThanOrEqualTo(60_000);
      }
      assertThat(cache.statistics().contexts()).isBetween(1, 199);
    }
    assertThat(Pointer.totalCount()).as("native objects").isEqualTo(before);
  }

  @Test
  void manyThreadsMayShareIt() {
    List<int[]> contexts =
        IntStream.range(0, 4).mapToObj(i -> tokens(new Random(i), 10 + i)).toList();
    try (ContextCache cache = new ContextCache(backbone, 40_000)) {
      IntStream.range(0, 64)
          .parallel()
          .forEach(i -> {
            Random random = new Random(i);
            requireSame(List.of(prompt(random, contexts.get(i % 4))), cache, random, "turn " + i);
          });
      assertThat(cache.statistics().hits()).isPositive();
    }
  }

  @Test
  void aCacheServesItsOwnBackboneAlone() {
    try (Backbone other = RandomModel.load(5, SEED);
        ContextCache cache = new ContextCache(other, 1000)) {
      assertThatThrownBy(() -> backbone.begin(List.of(prompt(new Random(1), new int[2])), cache))
          .hasMessage("the cache is of another backbone");
    }
  }

  private static PackedPrompt prompt(Random random, int[] context) {
    List<int[]> candidates = new ArrayList<>();
    for (int c = 0; c <= random.nextInt(4); c++) {
      candidates.add(tokens(random, 1 + random.nextInt(6)));
    }
    return new PackedPrompt(context, candidates);
  }

  private static int[] tokens(Random random, int length) {
    return random.ints(length, 0, backbone.config().vocabulary()).toArray();
  }
}
