package org.optirag.training;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.LabelledPrompt;

/**
 * Measures how long the LLM takes to read an impression, before it is decided how many it reads.
 */
public final class ReadingSpeed {
  private ReadingSpeed() {}

  /**
   * Reads prompts in turns, after each worker has read one that does not count.
   *
   * @param prompts at least one
   * @param block the last that is read
   * @param workers threads that read at once
   * @param time for about so long
   * @return seconds an impression, of all workers together
   */
  public static double measure(
      Backbone backbone, List<LabelledPrompt> prompts, int block, int workers, Duration time) {
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
      List<Future<Double>> rates =
          IntStream.range(0, workers)
              .mapToObj(worker ->
                  pool.submit(() -> {
                    read(backbone, prompts, next, block);
                    long began = System.nanoTime();
                    int read = 0;
                    do {
                      read += read(backbone, prompts, next, block);
                    } while (System.nanoTime() - began < time.toNanos());
                    return read / ((System.nanoTime() - began) / 1e9);
                  }))
              .toList();
      double rate = 0;
      for (Future<Double> each : rates) {
        rate += each.get();
      }
      return 1 / rate;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("measuring failed", e);
    }
  }

  private static int read(
      Backbone backbone, List<LabelledPrompt> prompts, AtomicInteger next, int block) {
    LabelledPrompt prompt = prompts.get(next.getAndIncrement() % prompts.size());
    try (ForwardPass pass = backbone.begin(List.of(prompt.tokens()))) {
      pass.advanceTo(block);
      return pass.lastStates().length;
    }
  }
}
