package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Requests.Grouping;
import org.optirag.evaluation.Requests.Request;
import org.optirag.workspace.Progress;

/**
 * Lets scorers predict the same impressions in the same requests, so that their figures and times
 * can be compared.
 */
public final class Evaluator {
  /** The stage that spans a whole request. */
  public static final String REQUEST = "request";

  private final Interactions impressions;
  private final List<Request> requests;
  private final int rows;
  private final long seed;

  private Evaluator(Interactions impressions, List<Request> requests, long seed) {
    this.impressions = impressions;
    this.requests = requests;
    this.rows = requests.stream().mapToInt(request -> request.rows().size()).sum();
    this.seed = seed;
  }

  /**
   * An evaluator on all impressions or a sample.
   *
   * @param impressions with their labels, as {@link org.optirag.dataset.Split} parts them
   * @param most how many impressions are scored at most; drawn by {@link Requests#sample}
   * @param seed for the sample and the bootstrap
   * @throws IllegalArgumentException if there are no impressions
   */
  public static Evaluator of(Interactions impressions, Grouping grouping, int most, long seed) {
    return of(impressions, grouping, SampleSize.ofImpressions(most), seed);
  }

  /** The same on a sample of another kind. */
  public static Evaluator of(
      Interactions impressions, Grouping grouping, SampleSize most, long seed) {
    if (impressions.size() == 0) {
      throw new IllegalArgumentException("nothing to score: no impressions");
    }
    return new Evaluator(impressions, most.of(Requests.group(impressions, grouping), seed), seed);
  }

  /** What the requests' rows are rows of. */
  public Interactions scored() {
    return impressions;
  }

  /** The requests that each scorer gets, in order of time. */
  public List<Request> requests() {
    return requests;
  }

  /** How many impressions they hold. */
  public int impressions() {
    return rows;
  }

  /** Scores the impressions one request after the other, and measures. */
  public EvaluationResult evaluate(ImpressionScorer scorer, Progress progress) {
    return evaluate(scorer, 1, progress);
  }

  /**
   * Scores the impressions and measures.
   *
   * @param workers how many requests are under way at once; their number changes no prediction
   * @throws IllegalStateException if the scorer answers with a wrong number of probabilities
   */
  public EvaluationResult evaluate(ImpressionScorer scorer, int workers, Progress progress) {
    double[] probabilities = new double[rows];
    boolean[] labels = new boolean[rows];
    int[] users = new int[rows];
    int[] asked = new int[rows];
    int[] blocks = new int[rows];
    Arrays.fill(blocks, Predictions.NO_BLOCKS);
    StageTimes times = new StageTimes();
    long start = System.nanoTime();
    try (Progress.Task task = progress.begin("score " + scorer.name(), rows, "impression");
        ExecutorService pool = Executors.newFixedThreadPool(workers)) {
      List<Future<?>> running = new ArrayList<>();
      int next = 0;
      for (int number = 0; number < requests.size(); number++) {
        Request request = requests.get(number);
        int first = next;
        next += request.rows().size();
        Arrays.fill(users, first, next, request.user());
        Arrays.fill(asked, first, next, number);
        running.add(
            pool.submit(() -> {
              ImpressionScorer.Predicted said =
                  times.time(REQUEST, () -> score(scorer, request, times));
              double[] scores = said.probabilities();
              if (said.blocks() != null) {
                System.arraycopy(said.blocks(), 0, blocks, first, scores.length);
              }
              boolean[] labelled = request.labels(impressions);
              System.arraycopy(scores, 0, probabilities, first, scores.length);
              System.arraycopy(labelled, 0, labels, first, labelled.length);
              task.advance(scores.length);
            }));
      }
      await(running, pool);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Predictions predictions = new Predictions(probabilities, labels, users, asked, blocks);
    return new EvaluationResult(
        scorer.name(),
        Metrics.of(predictions, seed, Metrics.RESAMPLES),
        scorer.buildSeconds(),
        seconds,
        requests.size(),
        scorer.meanDepth(),
        times.stages(),
        predictions);
  }

  /** Waits for all; the first failure ends the others and is thrown. */
  private static void await(List<Future<?>> running, ExecutorService pool) {
    try {
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      pool.shutdownNow();
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("scoring failed", e);
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while scoring", e);
    }
  }

  private ImpressionScorer.Predicted score(
      ImpressionScorer scorer, Request request, StageTimes times) {
    int[] items = request.items(impressions);
    ImpressionScorer.Predicted said = scorer.predict(request.user(), items, request.time(), times);
    if (said.probabilities().length != items.length) {
      throw new IllegalStateException(
          "%s gave %d probabilities for %d items"
              .formatted(scorer.name(), said.probabilities().length, items.length));
    }
    return said;
  }
}
