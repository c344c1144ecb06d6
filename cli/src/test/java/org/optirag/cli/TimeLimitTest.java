package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimeLimitTest {
  @Test
  void whatDoesNotEndIsLeftBehind() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch beyond = new CountDownLatch(1);
    Thread stuck =
        Thread.ofVirtual()
            .start(
                () -> TimeLimit.run(Duration.ofMillis(50), () -> await(never), beyond::countDown));
    assertThat(beyond.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(stuck.isAlive()).isTrue();
    never.countDown();
  }

  @Test
  void whatEndsInTimeIsLeftAlone() {
    AtomicBoolean beyond = new AtomicBoolean();
    AtomicBoolean done = new AtomicBoolean();
    TimeLimit.run(Duration.ofHours(1), () -> done.set(true), () -> beyond.set(true));
    assertThat(done).isTrue();
    assertThat(beyond).isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
