package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.lang.management.ManagementFactory;
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

  /** Of arenas and the JVM's own; 100,000 requests that left 1 KB each would leave 98 MB. */
  private static final long MOST_BYTES = 48L << 20;

  @Test
  void memoryAfterManyRequestsIsThatAfterFew() {
    Random random = new Random(SEED);
    try (Backbone backbone = RandomModel.load(BLOCKS, SEED);
        ContextCache contexts = new ContextCache(backbone, 1 << 20)) {
      List<CalibratedHead> heads =
          List.of(
              head(backbone, 2, random), head(backbone, 4, random), head(backbone, BLOCKS, random));
      Scorer scorer =
          new Scorer(backbone, heads, ExitPolicy.parse("max-probability:0.6"))
              .remembering(contexts);
      long before = 0;
      for (int request = 0; request < REQUESTS; request++) {
        if (request == REQUESTS / 3) { // warm: every shape has been seen, the cache is full
          before = nativeBytes();
        }
        assertThat(scorer.score(prompt(random))).isNotEmpty();
      }
      long grown = nativeBytes() - before;
      assertThat(contexts.statistics().hits()).isPositive();
      System.out.printf(
          "%d requests: %.1f MB more than after a third of them%n", REQUESTS, grown / 1e6);
      assertThat(grown).isLessThan(MOST_BYTES);
    }
  }

  /** Resident bytes without the Java heap. */
  private static long nativeBytes() {
    System.gc();
    return Pointer.physicalBytes()
        - ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
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
    Random context = new Random(random.nextInt(50));
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
