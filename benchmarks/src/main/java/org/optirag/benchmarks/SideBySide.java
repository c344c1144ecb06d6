package org.optirag.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Times several pieces of work in turns, so that whatever else the machine does meets all of them
 * alike. The clock is the calling thread's processor time: what others take from the core between
 * two ticks does not count, and neither would threads that the work starts.
 */
final class SideBySide {
  private final Map<String, Runnable> works = new LinkedHashMap<>();
  private final Map<String, double[]> seconds = new LinkedHashMap<>();

  /** Adds a piece of work. */
  SideBySide add(String name, Runnable work) {
    works.put(name, work);
    return this;
  }

  /** Runs all in turns: once to warm up, then {@code rounds} times. */
  SideBySide run(int rounds) {
    works.values().forEach(Runnable::run);
    works.keySet().forEach(name -> seconds.put(name, new double[rounds]));
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, Runnable> work : works.entrySet()) {
        long start = now();
        work.getValue().run();
        times(work.getKey())[round] = (now() - start) / 1e9;
      }
    }
    return this;
  }

  /** The median of a piece's times, in seconds. */
  double median(String name) {
    return median(times(name).clone());
  }

  /** The median over the rounds of {@code name}'s time divided by {@code other}'s. */
  double ratio(String name, String other) {
    double[] ratios = times(name).clone();
    double[] others = times(other);
    Arrays.setAll(ratios, round -> ratios[round] / others[round]);
    return median(ratios);
  }

  private double[] times(String name) {
    double[] times = seconds.get(name);
    if (times == null) {
      throw new IllegalArgumentException("nothing named " + name + " was timed");
    }
    return times;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
