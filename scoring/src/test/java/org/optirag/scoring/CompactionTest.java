package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.RandomModel;
import org.optirag.scoring.ExitPolicy.Entropy;
import org.optirag.scoring.ExitPolicy.Fixed;
import org.optirag.scoring.ExitPolicy.MaxProbability;
import org.optirag.scoring.ExitPolicy.None;
import org.optirag.scoring.ExitPolicy.Patience;
import org.optirag.scoring.ExitPolicy.RatioTrend;

/** Dropping candidates on the way changes nothing for those that go on. */
class CompactionTest {
  private static final long SEED = 20260902;
  private static final int BLOCKS = 6;
  private static Backbone backbone;

  @BeforeAll
  static void load() {
    backbone = RandomModel.load(BLOCKS, SEED);
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  @Test
  void earlyExitsAreThePrefixesOfTheFullDepthTraces() {
    Random random = new Random(SEED);
    TreeSet<Integer> exits = new TreeSet<>();
    for (int round = 0; round < 40; round++) {
      List<CalibratedHead> heads = heads(random);
      List<PackedPrompt> prompts = prompts(random);
      ExitPolicy policy = policy(random);
      List<List<Score>> full =
          new Scorer(backbone, heads, new None()).score(prompts.stream().map(Prompt::of).toList());
      List<List<Score>> early =
          new Scorer(backbone, heads, policy).score(prompts.stream().map(Prompt::of).toList());
      for (int p = 0; p < prompts.size(); p++) {
        for (int c = 0; c < full.get(p).size(); c++) {
          exits.add(early.get(p).get(c).exitBlock());
          assertIsPrefix(
              "seed %d, round %d, %s, candidate %d of prompt %d"
                  .formatted(SEED, round, policy.text(), c, p),
              early.get(p).get(c),
              full.get(p).get(c),
              policy);
        }
      }
    }
    assertThat(exits).as("exits at every depth").containsExactly(1, 2, 3, 4, 5, 6);
  }

  private static void assertIsPrefix(String what, Score early, Score full, ExitPolicy policy) {
    int length = early.trace().size();
    double[] seen = new double[0];
    for (int h = 0; h < length; h++) {
      Score.Reading expected = full.trace().get(h);
      Score.Reading found = early.trace().get(h);
      assertThat(found.block()).as(what).isEqualTo(expected.block());
      assertThat(Math.abs(found.probability() - expected.probability())).as(what).isLessThan(1e-4);
      seen = Arrays.copyOf(seen, h + 1);
      seen[h] = Math.log(found.probability() / (1 - found.probability()));
      // The trace ends where the policy says so, or at the last head. A log ratio that went through
      // a probability may lie on the other side of a threshold that it all but met.
      if (h < length - 1 && h < full.trace().size() - 1) {
        assertThat(policy.exits(seen)).as(what).isFalse();
      }
    }
    if (length < full.trace().size()) {
      assertThat(policy.exits(seen)).as(what).isTrue();
    }
    assertThat(early.exitBlock()).as(what).isEqualTo(early.trace().getLast().block());
    assertThat(early.probability()).as(what).isEqualTo(early.trace().getLast().probability());
  }

  private static ExitPolicy policy(Random random) {
    double threshold = 2 * random.nextDouble();
    return switch (random.nextInt(6)) {
      case 0 -> new Fixed(1 + random.nextInt(4));
      case 1 -> new MaxProbability(0.5 + threshold / 5);
      case 2 -> new Entropy(threshold / 3);
      case 3 -> new Patience(1 + random.nextInt(2));
      default ->
          new RatioTrend(
              threshold,
              1 + random.nextInt(2),
              0.5 + random.nextDouble() / 2,
              threshold / 4,
              random.nextBoolean());
    };
  }

  private static List<CalibratedHead> heads(Random random) {
    List<CalibratedHead> heads = new ArrayList<>();
    for (int block = 1; block <= BLOCKS; block++) {
      if (block == BLOCKS || random.nextDouble() < 0.7) {
        ExitHead head = backbone.answerHead(token(random), token(random));
        heads.add(
            new CalibratedHead(block, head, new HeadCalibration(0.3, 0.5 * random.nextGaussian())));
      }
    }
    return heads;
  }

  private static List<PackedPrompt> prompts(Random random) {
    List<PackedPrompt> prompts = new ArrayList<>();
    for (int p = 1 + random.nextInt(3); p > 0; p--) {
      List<int[]> candidates = new ArrayList<>();
      for (int c = 1 + random.nextInt(8); c > 0; c--) {
        candidates.add(tokens(random, 1 + random.nextInt(9)));
      }
      prompts.add(new PackedPrompt(tokens(random, random.nextInt(30)), candidates));
    }
    return prompts;
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, RandomModel.VOCABULARY).toArray();
  }

  private static int token(Random random) {
    return random.nextInt(RandomModel.VOCABULARY);
  }
}
