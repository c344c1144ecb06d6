package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.RandomModel;

/**
 * A request leaves nothing behind: with a small model, so that there is time for very many. {@code
 * -Drequests=100000} for the long form.
 */
@EnabledOnOs(LINUX) // elsewhere JavaCPP does not know the resident bytes
class FlatMemoryTest {
  private static final long SEED = 20261126;
  private static final int REQUESTS = Integer.getInteger("requests", 6000);
  private static final int BLOCKS = 6;

  private static final int CONTEXTS = 50;

  /** What the cache may hold: keys and values of every block, and the residual stream. */
  private static final long MOST_OBJECTS = CONTEXTS * (2L * BLOCKS + 1);

  /** Of arenas and the JVM's own: coarse, and for what nobody counts. */
  private static final long MOST_BYTES = 48L << 20;

  /** Of the JVM's own; less than the tokens of every context. */
  private static final long MOST_HEAP = 256L << 10;

  /**
   * What is there.
   *
   * @param objects of libtorch, which JavaCPP counts to the last
   * @param bytes resident, without the Java heap
   * @param heap bytes of Java objects
   */
  private record Memory(long objects, long bytes, long heap) {
    static Memory now() {
      System.gc();
      System.gc(); // what the first found unreachable and had to be cleared
      MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
      return new Memory(
          Pointer.totalCount(), Pointer.physicalBytes() - heap.getCommitted(), heap.getUsed());
    }
  }

  @Test
  void aRequestLeavesNeitherNativeObjectsNorNativeBytesNorJavaObjects() {
    Random random = new Random(SEED);
    try (Backbone backbone = RandomModel.load(BLOCKS, SEED)) {
      List<CalibratedHead> heads =
          List.of(
              head(backbone, 2, random), head(backbone, 4, random), head(backbone, BLOCKS, random));
      Scorer scorer = new Scorer(backbone, heads, ExitPolicy.parse("max-probability:0.6"));
      for (int request = 0; request < CONTEXTS; request++) { // what is made once is made
        scorer.score(prompt(random));
      }
      Memory empty = Memory.now();
      Memory warm;
      Memory last;
      try (ContextCache contexts = new ContextCache(backbone, 1 << 20)) {
        Scorer remembering = scorer.remembering(contexts);
        score(remembering, REQUESTS / 3, random); // every shape has been seen, the cache is full
        warm = Memory.now();
        score(remembering, REQUESTS - REQUESTS / 3, random);
        last = Memory.now();
        assertThat(contexts.statistics().hits()).isPositive();
      }
      System.out.printf(
          "%d requests: %d objects, of the last two thirds %.1f MB native and %.1f KB of heap%n",
          REQUESTS,
          last.objects - empty.objects,
          (last.bytes - warm.bytes) / 1e6,
          (last.heap - warm.heap) / 1e3);
      assertThat(last.objects - empty.objects)
          .as("objects in the cache")
          .isLessThanOrEqualTo(MOST_OBJECTS);
      assertThat(last.bytes - warm.bytes).as("native bytes").isLessThan(MOST_BYTES);
      assertThat(last.heap - warm.heap).as("bytes of heap").isLessThan(MOST_HEAP);
      assertThat(Pointer.totalCount())
          .as("objects without the cache")
          .isLessThanOrEqualTo(empty.objects); // fewer where the collector came late before
    }
  }

  private static void score(Scorer scorer, int requests, Random random) {
    for (int request = 0; request < requests; request++) {
      assertThat(scorer.score(prompt(random))).isNotEmpty();
    }
  }

  private static CalibratedHead head(Backbone backbone, int block, Random random) {
    return new CalibratedHead(
        block,
        backbone.answerHead(
            random.nextInt(RandomModel.VOCABULARY), random.nextInt(RandomModel.VOCABULARY)),
        HeadCalibration.IDENTITY);
  }

  /** One of fifty contexts, so that some are remembered, with one to eight candidates. */
  private static PackedPrompt prompt(Random random) {
    Random context = new Random(random.nextInt(CONTEXTS));
    List<int[]> candidates = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      candidates.add(tokens(random, 1 + random.nextInt(6)));
    }
    return new PackedPrompt(tokens(context, 5 + context.nextInt(40)), candidates);
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, RandomModel.VOCABULARY).toArray();
  }
}
