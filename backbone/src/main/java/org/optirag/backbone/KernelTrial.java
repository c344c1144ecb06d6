package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;

/**
 * Times several ways to compute the same, in turns. One that fails, is wrong, is many times slower
 * than the first or does not end is dropped after a call of a small size, so that it costs others
 * no time. Native code cannot be interrupted: a call that does not end is left behind on a thread
 * that does not keep the process alive.
 */
final class KernelTrial {
  /** Where the first takes less, others may take this many times as long as... */
  private static final int SLOWER = 10;

  /** ...this: below it, what calls cost beside their arithmetic decides. */
  private static final double LEAST_MILLIS = 0.25;

  /**
   * One that is so many times slower than the fastest in the first round will not win a later one.
   */
  private static final int HOPELESS = 3;

  /** Shorter runs say little at first: the virtual machine still interprets what calls them. */
  private static final double LEAST_RUN_MILLIS = 3;

  /** Packing the weights of a large model may take so many times the limit. */
  private static final int PATIENCE = 10;

  private static final int ROUNDS = 5;

  /** A way to compute it. */
  interface Contestant {
    String name();

    /**
     * Computes something small.
     *
     * @return null, or what is wrong with the result
     * @throws RuntimeException if it is not possible here
     */
    @Nullable String tryOut();

    /** Makes ready for what is wanted in earnest; not timed. */
    default void prepare() {}

    /** Computes what is wanted in earnest. */
    void run();
  }

  /**
   * What came of a contestant.
   *
   * @param milliseconds of a run, at the median; NaN if it was dropped
   * @param dropped why, or null
   * @param ended whether its calls came back: otherwise it still uses what it was given
   */
  record Outcome(String name, double milliseconds, @Nullable String dropped, boolean ended) {}

  private record Call(@Nullable String wrong, double milliseconds, boolean ended) {}

  private final long limitMillis;

  /**
   * @param limitMillis what a call that does not end is waited for
   */
  KernelTrial(long limitMillis) {
    this.limitMillis = limitMillis;
  }

  /**
   * Lets all of them run.
   *
   * @param contestants the first is what others are measured by, and is never dropped as slow
   * @return as many, in the same order
   */
  List<Outcome> run(List<? extends Contestant> contestants) {
    int count = contestants.size();
    @Nullable String[] dropped = new String[count];
    boolean[] ended = new boolean[count];
    double first = LEAST_MILLIS;
    for (int i = 0; i < count; i++) {
      Contestant contestant = contestants.get(i);
      Call again = tryOut(contestant);
      if (i == 0) {
        first = Math.max(first, again.milliseconds);
      }
      ended[i] = again.ended;
      dropped[i] = verdict(again, i == 0 ? Double.POSITIVE_INFINITY : SLOWER * first);
    }
    for (int i = 0; i < count; i++) {
      if (dropped[i] == null) {
        Call ready = call(nothingWrong(contestants.get(i)::prepare), PATIENCE * limitMillis);
        ended[i] = ready.ended;
        dropped[i] = verdict(ready, Double.POSITIVE_INFINITY);
      }
    }
    double[][] millis = new double[count][ROUNDS];
    double fastest = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < count; i++) {
        if (dropped[i] != null) {
          continue;
        }
        Call call = call(nothingWrong(contestants.get(i)::run));
        ended[i] = call.ended;
        dropped[i] = verdict(call, Double.POSITIVE_INFINITY);
        millis[i][round] = call.milliseconds;
        fastest = dropped[i] == null ? Math.min(fastest, call.milliseconds) : fastest;
      }
      for (int i = 1; round == 0 && i < count; i++) {
        if (dropped[i] == null && millis[i][0] > HOPELESS * Math.max(fastest, LEAST_RUN_MILLIS)) {
          dropped[i] = "%.0f times slower than the fastest".formatted(millis[i][0] / fastest);
        }
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Arrays.sort(millis[i]);
      double median = dropped[i] == null ? millis[i][ROUNDS / 2] : Double.NaN;
      outcomes.add(new Outcome(contestants.get(i).name(), median, dropped[i], ended[i]));
    }
    return outcomes;
  }

  /** The first call also prepares what later ones find; the faster of the two after it counts. */
  private Call tryOut(Contestant contestant) {
    Call warm = call(contestant::tryOut);
    if (!warm.ended || warm.wrong != null || warm.milliseconds > limitMillis / 10.0) {
      return warm;
    }
    Call one = call(contestant::tryOut);
    Call two = one.ended ? call(contestant::tryOut) : one;
    return !two.ended || two.milliseconds < one.milliseconds ? two : one;
  }

  private @Nullable String verdict(Call call, double mostMillis) {
    if (!call.ended) {
      return "did not end within " + limitMillis + " ms";
    }
    if (call.wrong != null) {
      return call.wrong;
    }
    return call.milliseconds > mostMillis
        ? "over %d times slower than the first".formatted(SLOWER)
        : null;
  }

  private static Callable<@Nullable String> nothingWrong(Runnable work) {
    return () -> {
      work.run();
      return null;
    };
  }

  private Call call(Callable<@Nullable String> work) {
    return call(work, limitMillis);
  }

  private static Call call(Callable<@Nullable String> work, long limitMillis) {
    FutureTask<Call> task =
        new FutureTask<>(() -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard guard = new NoGradGuard()) {
            long start = System.nanoTime();
            String wrong = work.call();
            return new Call(wrong, (System.nanoTime() - start) / 1e6, true);
          }
        });
    Thread thread = new Thread(task, "kernel-trial");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limitMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new Call(null, limitMillis, false);
    } catch (ExecutionException e) {
      return new Call("not possible here: " + firstLine(e.getCause()), 0, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while kernels are timed", e);
    }
  }

  private static String firstLine(@Nullable Throwable cause) {
    return String.valueOf(cause).lines().findFirst().orElse("");
  }
}
