package org.optirag.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.optirag.backbone.PackedPrompt;
import org.optirag.recommender.PromptSource;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ExitLadder;
import org.optirag.server.ranking.OverloadedException;
import org.optirag.server.ranking.PassListener;
import org.optirag.server.ranking.RankingModel;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.ranking.TextHead;

/**
 * The service's scheduling by itself: a model that sleeps as long as the real one would compute, so
 * that what is measured are the decisions and not the machine. Poisson arrivals at several times of
 * what full depth carries.
 */
public final class SchedulingBenchmark {
  private static final long SEED = 20251125;
  private static final double SECONDS_PER_TOKEN = 0.0008;
  private static final int TOKENS = 800;
  private static final double SECONDS = 15;

  private SchedulingBenchmark() {}

  /** Arguments: deadline in ms, workers, and how much passes vary (deviation of their log, 0). */
  public static void main(String[] arguments) throws InterruptedException {
    Duration deadline = Duration.ofMillis(Integer.parseInt(arguments[0]));
    int workers = Integer.parseInt(arguments[1]);
    double noise = Double.parseDouble(arguments[2]);
    try (Scheduler scheduler =
        new Scheduler(
            new Scheduler.Settings(workers, 2048, 65_536, deadline, SECONDS_PER_TOKEN),
            PassListener.NONE)) {
      Sleeper model = new Sleeper(noise);
      double capacity = workers / (TOKENS * SECONDS_PER_TOKEN);
      System.out.printf(
          Locale.ROOT,
          "full depth carries %.1f requests/s, the least depth %.1f%n",
          capacity,
          capacity / model.ladder().cheapest().requestCost());
      SplittableRandom random = new SplittableRandom(SEED);
      for (double times : new double[] {0.7, 1, 2, 3, 5, 8, 0.7}) {
        phase(scheduler, model, deadline, times * capacity, times, random);
      }
    }
  }

  private static void phase(
      Scheduler scheduler,
      RankingModel model,
      Duration deadline,
      double rate,
      double times,
      SplittableRandom random)
      throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(60_000_000, 3);
    AtomicInteger late = new AtomicInteger();
    DoubleAdder depth = new DoubleAdder();
    int sent = 0;
    long start = System.nanoTime();
    for (double due = 0; due < SECONDS; due -= Math.log(1 - random.nextDouble()) / rate) {
      long at = start + (long) (due * 1e9);
      TimeUnit.NANOSECONDS.sleep(at - System.nanoTime());
      sent++;
      Prompt prompt = Prompt.of(new PackedPrompt(new int[TOKENS - 1], List.of(new int[] {1})));
      try {
        var unused =
            scheduler
                .submit(model, prompt, null, at, at + deadline.toNanos())
                .thenAccept(scored -> {
                  long micros = (System.nanoTime() - at) / 1000;
                  latencies.recordValue(micros);
                  late.addAndGet(micros > deadline.toNanos() / 1000 ? 1 : 0);
                  depth.add(scored.point().requestCost());
                });
      } catch (OverloadedException e) {
        // counted as what was sent and not answered
      }
    }
    TimeUnit.NANOSECONDS.sleep(2 * deadline.toNanos());
    long answered = latencies.getTotalCount();
    System.out.printf(
        Locale.ROOT,
        "%.1f times: %d due, %.1f in time/s, late %d, shed %.1f %%, depth %.2f, p50 %.0f p99 %.0f ms%n",
        times,
        sent,
        (answered - late.get()) / SECONDS,
        late.get(),
        100.0 * (sent - answered) / sent,
        depth.sum() / answered,
        latencies.getValueAtPercentile(50) / 1e3,
        latencies.getValueAtPercentile(99) / 1e3);
  }

  /** Takes the time that SmolLM2-135M takes on one core, and says nothing. */
  private static final class Sleeper implements RankingModel {
    private static final TradeOffCurve CURVE =
        new TradeOffCurve(
            List.of(5, 30),
            List.of(0.6, 0.7),
            List.of(
                point("fixed:1", 1.0 / 6, 0.6),
                point("entropy:0.1", 0.3, 0.62),
                point("entropy:0.2", 0.5, 0.64),
                point("entropy:0.3", 0.75, 0.66),
                point("none", 1, 0.7)));

    private final double noise;
    private final SplittableRandom random = new SplittableRandom(SEED);

    Sleeper(double noise) {
      this.noise = noise;
    }

    private static TradeOffPoint point(String policy, double cost, double auc) {
      return new TradeOffPoint(
          ExitPolicy.parse(policy), cost, List.of(0, 1), auc, auc, 0.5, 0.5, cost, cost);
    }

    @Override
    public String name() {
      return "sleeper";
    }

    @Override
    public PromptSource prompts() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ExitLadder ladder() {
      return ExitLadder.of(CURVE, new ExitPolicy.None());
    }

    @Override
    public TradeOffPoint point(ExitPolicy policy) {
      return ExitLadder.point(CURVE, policy);
    }

    @Override
    public int blocks() {
      return 30;
    }

    @Override
    public String text(int[] tokens) {
      return "";
    }

    @Override
    public TextHead head(String text, int tokens) {
      return new TextHead(text, tokens);
    }

    @Override
    public TextRoom textRoom() {
      return new TextRoom(40, 3);
    }

    @Override
    public boolean hasHeadZero() {
      return false;
    }

    @Override
    public int[] undecided(ExitPolicy policy, float[][] features) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<List<Score>> score(ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks) {
      double seconds = 0;
      for (Prompt prompt : prompts) {
        seconds += prompt.tokens().tokens() * SECONDS_PER_TOKEN * point(policy).requestCost();
      }
      try {
        TimeUnit.NANOSECONDS.sleep((long) (1e9 * seconds * Math.exp(noise * normal())));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      Score score = new Score(0.5, 5, List.of(new Score.Reading(5, 0.5)));
      return new ArrayList<>(Collections.nCopies(prompts.size(), List.of(score)));
    }

    private synchronized double normal() {
      return random.nextGaussian();
    }
  }
}
