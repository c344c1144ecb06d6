package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who wins a trial of kernels, and who is dropped before it costs time. */
class KernelTrialTest {
  private static final long LIMIT_MILLIS = 300;

  @BeforeAll
  static void load() {
    Libtorch.load();
  }

  /** A kernel of the test's own. */
  private static class Kernel implements KernelTrial.Contestant {
    private final String name;
    private final double smallMillis;
    private final double wholeMillis;
    final AtomicInteger runs = new AtomicInteger();

    Kernel(String name, double smallMillis, double wholeMillis) {
      this.name = name;
      this.smallMillis = smallMillis;
      this.wholeMillis = wholeMillis;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public @Nullable String tryOut() {
      work(smallMillis);
      return null;
    }

    @Override
    public void run() {
      runs.incrementAndGet();
      work(wholeMillis);
    }

    static void work(double millis) {
      long end = System.nanoTime() + (long) (millis * 1e6);
      while (System.nanoTime() < end) {
        LockSupport.parkNanos(10_000);
      }
    }
  }

  @Test
  void aKernelThatHangsLosesAndTheOthersAreTimed() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Kernel hangs =
        new Kernel("hangs", 0, 0) {
          @Override
          public @Nullable String tryOut() {
            while (never.getCount() > 0) { // as native code does: no interrupt ends it
              LockSupport.parkNanos(1_000_000);
            }
            return null;
          }
        };
    List<KernelTrial.Outcome> outcomes =
        trial(new Kernel("first", 0.1, 8), hangs, new Kernel("fast", 0.1, 4));
    never.countDown();
    assertThat(outcomes.get(1).dropped()).isEqualTo("did not end within 300 ms");
    assertThat(outcomes.get(1).ended()).isFalse();
    assertThat(outcomes.get(1).milliseconds()).isNaN();
    assertThat(hangs.runs).hasValue(0);
    assertThat(fastest(outcomes)).isEqualTo("fast");
  }

  @Test
  void aKernelThatHangsLaterIsLeftBehindToo() {
    CountDownLatch never = new CountDownLatch(1);
    Kernel hangs =
        new Kernel("hangs", 0.1, 0) {
          @Override
          public void run() {
            while (never.getCount() > 0) {
              LockSupport.parkNanos(1_000_000);
            }
          }
        };
    List<KernelTrial.Outcome> outcomes = trial(new Kernel("first", 0.1, 2), hangs);
    never.countDown();
    assertThat(outcomes.get(1).dropped()).contains("did not end");
    assertThat(fastest(outcomes)).isEqualTo("first");
  }

  @Test
  void oneThatIsManyTimesSlowerIsDroppedAfterASmallCall() {
    Kernel slow = new Kernel("slow", 60, 5_000);
    List<KernelTrial.Outcome> outcomes = trial(new Kernel("first", 0.1, 2), slow);
    assertThat(outcomes.get(1).dropped()).isEqualTo("over 10 times slower than the first");
    assertThat(slow.runs).as("calls in earnest").hasValue(0);
  }

  @Test
  void oneThatIsWrongOrImpossibleIsDroppedWithTheReason() {
    List<KernelTrial.Outcome> outcomes =
        trial(
            new Kernel("first", 0.1, 2),
            new Kernel("wrong", 0, 0) {
              @Override
              public @Nullable String tryOut() {
                return "its sums are off";
              }
            },
            new Kernel("absent", 0, 0) {
              @Override
              public @Nullable String tryOut() {
                throw new IllegalStateException("no such operator\nand more");
              }
            });
    assertThat(outcomes.get(1).dropped()).isEqualTo("its sums are off");
    assertThat(outcomes.get(2).dropped())
        .isEqualTo("not possible here: java.lang.IllegalStateException: no such operator");
  }

  private static List<KernelTrial.Outcome> trial(Kernel... kernels) {
    return new KernelTrial(LIMIT_MILLIS).run(List.of(kernels));
  }

  private static String fastest(List<KernelTrial.Outcome> outcomes) {
    return outcomes.stream()
        .filter(outcome -> outcome.dropped() == null)
        .min((a, b) -> Double.compare(a.milliseconds(), b.milliseconds()))
        .orElseThrow()
        .name();
  }
}
