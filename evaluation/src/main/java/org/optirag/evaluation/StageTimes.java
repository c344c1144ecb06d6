package org.optirag.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.optirag.recommender.StageClock;

/**
 * How long each stage of a request takes, as a histogram a stage. Safe for use from many threads.
 *
 * <p>A stage appears when first timed, and stages keep that order.
 */
public final class StageTimes implements StageClock {
  private static final long LONGEST = TimeUnit.HOURS.toNanos(1);
  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<String, Histogram> stages = Collections.synchronizedMap(new LinkedHashMap<>());

  @Override
  public <T> T time(String stage, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      record(stage, System.nanoTime() - start);
    }
  }

  /**
   * Counts one run of the stage.
   *
   * @param nanos how long it took; counted as an hour if it was longer
   */
  public void record(String stage, long nanos) {
    Histogram histogram = stages.computeIfAbsent(stage, name -> new Histogram(LONGEST, 3));
    synchronized (histogram) {
      histogram.recordValue(Math.clamp(nanos, 0, LONGEST));
    }
  }

  /** The stages so far, in the order in which they first came. */
  public List<StageTime> stages() {
    synchronized (stages) {
      return stages.entrySet().stream().map(e -> summary(e.getKey(), e.getValue())).toList();
    }
  }

  private static StageTime summary(String stage, Histogram histogram) {
    synchronized (histogram) {
      return new StageTime(
          stage,
          histogram.getTotalCount(),
          histogram.getMean() / NANOS_PER_MILLI,
          histogram.getValueAtPercentile(50) / NANOS_PER_MILLI,
          histogram.getValueAtPercentile(95) / NANOS_PER_MILLI,
          histogram.getValueAtPercentile(99) / NANOS_PER_MILLI);
    }
  }

  /**
   * The times of one stage in milliseconds, exact to a thousandth of their value.
   *
   * @param stage for instance "retrieve"
   * @param count how often it ran
   * @param mean the mean time
   * @param p50 the median
   * @param p95 the time that 95 % of the runs did not exceed
   * @param p99 the time that 99 % did not exceed
   */
  public record StageTime(
      String stage, long count, double mean, double p50, double p95, double p99) {}
}
