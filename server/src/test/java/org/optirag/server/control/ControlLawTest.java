package org.optirag.server.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ControlLawTest {
  private static final long SEED = 20251125;
  private static final double WAIT = 0.2;

  /** A request is a twentieth of a second of work at full depth; shares end at a sixth. */
  private static final double WORK = 0.05;

  private static final double LEAST = 1.0 / 6;

  @Test
  void nothingWaitingMeansFullDepth() {
    assertThat(new ControlLaw(2, WAIT).next(0)).isEqualTo(1);
  }

  @Test
  void theShareIsWhatEmptiesTheQueueInTheWaitAimedAt() {
    ControlLaw law = new ControlLaw(2, WAIT);
    assertThat(law.next(1.6)).as("two workers have 0.4 s for 1.6 s of work").isEqualTo(0.25);
  }

  @Test
  void itFallsAtOnceAndRisesOnlyByAWholeStep() {
    ControlLaw law = new ControlLaw(1, WAIT);
    assertThat(law.next(0.4)).isEqualTo(0.5);
    assertThat(law.next(0.39)).as("a little better is not worth a change").isEqualTo(0.5);
    assertThat(law.next(0.41)).as("a little worse is").isLessThan(0.49);
    assertThat(law.next(0.25)).isEqualTo(0.8);
  }

  @Test
  void withoutWorkersOrTimeThereIsNoLaw() {
    assertThatThrownBy(() -> new ControlLaw(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ControlLaw(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void atATenthBelowCapacityDepthIsNearlyFull() {
    List<Served> served = simulate(1, t -> 0.7);
    assertThat(meanShare(served, 5, 60)).as("seed %d", SEED).isGreaterThan(0.9);
  }

  @Test
  void aSteadyOverloadFindsItsBalanceAndStaysThere() {
    List<Served> served = simulate(2, t -> 3);
    assertThat(meanShare(served, 5, 60)).as("seed %d", SEED).isBetween(0.27, 0.36);
    assertThat(quantile(served, 5, 60, 0.99)).as("wait, seed %d", SEED).isLessThan(2.5 * WAIT);
    // Windows of a second speak of the same share: nothing swings between deep and shallow.
    for (int second = 5; second < 60; second++) {
      assertThat(meanShare(served, second, second + 1))
          .as("second %d, seed %d", second, SEED)
          .isBetween(0.2, 0.5);
    }
  }

  @Test
  void aSpikeOfFiveTimesCapacityIsCarriedAndForgotten() {
    for (int workers : new int[] {1, 2, 8}) {
      List<Served> served = simulate(workers, t -> t >= 20 && t < 40 ? 5 : 0.6);
      assertThat(quantile(served, 0, 60, 0.99))
          .as("wait with %d workers, seed %d", workers, SEED)
          .isLessThan(3 * WAIT);
      assertThat(meanShare(served, 22, 40)).as("seed %d", SEED).isBetween(0.165, 0.25);
      assertThat(meanShare(served, 41, 60)).as("recovered, seed %d", SEED).isGreaterThan(0.93);
    }
  }

  @Test
  void aDeeperLoadIsNeverServedDeeper() {
    double before = 1;
    for (double load : new double[] {0.5, 1.2, 2, 3, 4, 5}) {
      double share = meanShare(simulate(2, t -> load), 5, 60);
      assertThat(share).as("load %s, seed %d", load, SEED).isLessThan(before + 0.01);
      before = share;
    }
  }

  /** A request of the simulation: when it was served, at which share, after which wait. */
  private record Served(double at, double share, double waited) {}

  private interface Load {
    /** Arriving work at full depth, of what the workers can do. */
    double at(double time);
  }

  /** Sixty seconds of Poisson arrivals, first come first served, a request a pass. */
  private static List<Served> simulate(int workers, Load load) {
    SplittableRandom random = new SplittableRandom(SEED);
    ControlLaw law = new ControlLaw(workers, WAIT);
    Deque<Double> queue = new ArrayDeque<>();
    List<Served> served = new ArrayList<>();
    double[] free = new double[workers];
    double next = 0;
    for (double now = 0; now < 60; now += 0.0005) {
      while (next <= now) {
        queue.add(next);
        next -= Math.log(1 - random.nextDouble()) * WORK / (workers * load.at(next));
      }
      for (int w = 0; w < workers; w++) {
        if (free[w] <= now && !queue.isEmpty()) {
          double arrived = queue.remove();
          double share = Math.max(LEAST, law.next(queue.size() * WORK));
          served.add(new Served(now, share, now - arrived));
          free[w] = now + WORK * share;
        }
      }
    }
    return served;
  }

  private static double meanShare(List<Served> served, double from, double to) {
    return served.stream()
        .filter(one -> one.at >= from && one.at < to)
        .mapToDouble(Served::share)
        .average()
        .orElseThrow();
  }

  private static double quantile(List<Served> served, double from, double to, double q) {
    double[] waits =
        served.stream()
            .filter(one -> one.at >= from && one.at < to)
            .mapToDouble(Served::waited)
            .sorted()
            .toArray();
    return waits[(int) (q * (waits.length - 1))];
  }
}
