package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may overflow

  @Test
  void whatIsLeftFallsWithTheClock() {
    Deadline deadline = Deadline.in(Duration.ofSeconds(240), clock::get);
    assertThat(deadline.secondsLeft()).isEqualTo(240);
    clock.addAndGet(100_000_000_000L);
    assertThat(deadline.secondsLeft()).isEqualTo(140);
    assertThat(deadline.earlier(50).secondsLeft()).isEqualTo(90);
    clock.addAndGet(141_000_000_000L);
    assertThat(deadline.secondsLeft()).isEqualTo(-1);
  }

  @Test
  void withoutABoundTimeNeverEnds() {
    assertThat(Deadline.NONE.secondsLeft()).isInfinite();
    assertThat(Deadline.NONE.earlier(1e9).secondsLeft()).isInfinite();
  }
}
