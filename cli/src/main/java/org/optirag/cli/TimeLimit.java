package org.optirag.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Work that gets no more than a time, whatever it waits for. */
final class TimeLimit {
  private TimeLimit() {}

  /**
   * Does it; if it takes longer, it is left behind.
   *
   * @param beyond what happens then, on another thread and while the work goes on
   */
  static void run(Duration most, Runnable work, Runnable beyond) {
    CountDownLatch done = new CountDownLatch(1);
    Thread.ofPlatform()
        .name("time-limit")
        .daemon()
        .start(() -> {
          try {
            if (!done.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
              beyond.run();
            }
          } catch (InterruptedException e) {
            beyond.run();
          }
        });
    try {
      work.run();
    } finally {
      done.countDown();
    }
  }
}
