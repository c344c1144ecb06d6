package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One context and many candidates against each prompt alone, on a random model. */
@Tag("numeric")
class PackedPromptsTest {
  private static final long SEED = 20260517;
  private static Backbone backbone;

  @BeforeAll
  static void load() {
    backbone = RandomModel.load(SEED);
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  @Test
  void candidatesOfAnyLengthsEqualThePromptsAlone() {
    Random random = new Random(SEED);
    for (int round = 0; round < 40; round++) {
      int[] counts = {1, 2, 7, 50};
      List<PackedPrompt> prompts = new ArrayList<>();
      for (int p = 0; p <= random.nextInt(3); p++) {
        prompts.add(prompt(random, random.nextInt(30), counts[random.nextInt(4)]));
      }
      try (ForwardPass pass = backbone.begin(prompts)) {
        pass.advanceTo(backbone.config().blocks());
        requireEqualToAlone(prompts, pass, "seed " + SEED + ", round " + round);
      }
    }
  }

  @Test
  void attentionAsOneMaskedProductEqualsItsBlocks() {
    Random random = new Random(SEED + 9);
    for (int round = 0; round < 20; round++) {
      List<PackedPrompt> prompts =
          List.of(prompt(random, 1 + random.nextInt(20), 5), prompt(random, 0, 3));
      try (ForwardPass pass = new ForwardPass(backbone, prompts, null, true)) {
        for (int block = 1; block <= backbone.config().blocks(); block++) {
          pass.advanceTo(block);
          requireAlone(prompts, pass, block, "seed " + SEED + ", round " + round);
          pass.keep(Arrays.stream(pass.candidates()).filter(c -> random.nextInt(4) > 0).toArray());
        }
      }
    }
  }

  @Test
  void candidatesThatAreKeptDoNotNoticeThatOthersLeave() {
    Random random = new Random(SEED + 1);
    for (int round = 0; round < 30; round++) {
      List<PackedPrompt> prompts =
          List.of(
              prompt(random, 1 + random.nextInt(20), 5),
              prompt(random, 12, 1),
              prompt(random, 0, 3));
      try (ForwardPass pass = backbone.begin(prompts)) {
        for (int block = 1; block <= backbone.config().blocks(); block++) {
          pass.advanceTo(block);
          requireAlone(prompts, pass, block, "seed " + SEED + ", round " + round);
          int[] kept =
              Arrays.stream(pass.candidates()).filter(c -> random.nextInt(3) > 0).toArray();
          pass.keep(kept);
          assertThat(pass.candidates()).containsExactly(kept);
        }
      }
    }
  }

  /** More rows than go through the projections together, and candidates that attend one by one. */
  @Test
  void veryManyRowsEqualThePromptsAlone() {
    Random random = new Random(SEED + 3);
    List<PackedPrompt> prompts =
        List.of(prompt(random, 25, 300), prompt(random, 9, 150), prompt(random, 20, 80));
    try (ForwardPass pass = backbone.begin(prompts)) {
      assertThat(pass.tokens()).isGreaterThan(2048);
      pass.advanceTo(backbone.config().blocks());
      requireEqualToAlone(prompts, pass, "seed " + SEED);
    }
  }

  @Test
  void aPassThatHasLostAllItsCandidatesStillEnds() {
    try (ForwardPass pass = backbone.begin(List.of(prompt(new Random(1), 5, 2)))) {
      pass.advanceTo(1);
      pass.keep(new int[0]);
      assertThat(pass.tokens()).isZero();
      pass.advanceTo(backbone.config().blocks());
      assertThat(pass.lastStates()).isEmpty();
    }
  }

  @Test
  void memoryStaysFlatOverManyPasses() {
    Random random = new Random(SEED + 2);
    long before = 0;
    for (int i = 0; i < 300; i++) {
      try (ForwardPass pass = backbone.begin(List.of(prompt(random, 40, 7)))) {
        pass.advanceTo(2);
        pass.keep(new int[] {1, 4});
        pass.advanceTo(backbone.config().blocks());
        pass.lastStates();
      }
      if (i == 100) {
        before = Pointer.totalCount();
      }
    }
    assertThat(Pointer.totalCount()).as("native objects after 200 more passes").isEqualTo(before);
  }

  @Test
  void promptsThatDoNotFitAreRefused() {
    int vocabulary = backbone.config().vocabulary();
    assertThatThrownBy(() -> begin(new int[0], new int[] {vocabulary}))
        .hasMessage("token id %d outside the vocabulary of %d", vocabulary, vocabulary);
    int positions = backbone.config().positions();
    assertThatThrownBy(() -> begin(new int[positions], new int[] {1}))
        .hasMessage("a prompt of %d tokens, the model has %d positions", positions + 1, positions);
    assertThatThrownBy(() -> begin(new int[3], new int[0])).hasMessage("a candidate has no tokens");
  }

  private static void begin(int[] context, int[] candidate) {
    backbone.begin(List.of(new PackedPrompt(context, List.of(candidate)))).close();
  }

  private static PackedPrompt prompt(Random random, int context, int candidates) {
    List<int[]> tokens = new ArrayList<>();
    for (int c = 0; c < candidates; c++) {
      tokens.add(tokens(random, 1 + random.nextInt(9)));
    }
    return new PackedPrompt(tokens(random, context), tokens);
  }

  private static int[] tokens(Random random, int length) {
    return random.ints(length, 0, backbone.config().vocabulary()).toArray();
  }

  private static void requireEqualToAlone(
      List<PackedPrompt> prompts, ForwardPass pass, String what) {
    requireAlone(prompts, pass, backbone.config().blocks(), what);
  }

  private static void requireAlone(
      List<PackedPrompt> prompts, ForwardPass pass, int block, String what) {
    List<int[]> alone = new ArrayList<>();
    for (PackedPrompt prompt : prompts) {
      for (int[] candidate : prompt.candidates()) {
        int[] whole = Arrays.copyOf(prompt.context(), prompt.context().length + candidate.length);
        System.arraycopy(candidate, 0, whole, prompt.context().length, candidate.length);
        alone.add(whole);
      }
    }
    float[][] states = pass.lastStates();
    int[] numbers = pass.candidates();
    assertThat(states).hasNumberOfRows(numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      float[][] expected = backbone.hiddenStates(alone.get(numbers[i]))[block];
      float[] last = expected[expected.length - 1];
      for (int h = 0; h < last.length; h++) {
        assertThat(Math.abs(states[i][h] - last[h]))
            .as("%s, candidate %d, block %d", what, numbers[i], block)
            .isLessThan(1e-4f * Math.max(1, Math.abs(last[h])));
      }
    }
  }
}
