package org.optirag.server.ranking;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;

/**
 * The whole way of a request: the features, and for what they leave undecided: is there room, then
 * the prompt, then the queue, then the scores. Safe for use from many threads; each waits for its
 * own answer.
 *
 * <p>What the head before the first block decides never waits: such a request is answered at once,
 * also while the queue is full.
 */
public final class Ranker {
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Scheduler scheduler;

  /** A ranker that scores through a scheduler. */
  public Ranker(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Ranks, and waits for it.
   *
   * @param policy that the request insists on, or null to let the load decide
   * @param deadline from now
   * @param mostTokens of the prompt
   * @param gone whether nobody waits for the answer any more; then the work is cancelled
   * @throws PromptTooLongException if the prompt has more tokens
   * @throws UnknownItemException if a candidate has no text
   * @throws OverloadedException if it would not be answered in time
   * @throws DeadlineException if it was not
   * @throws BrokenAnswerException if the bundle answers with what is no number
   * @throws CancellationException if the client has gone
   */
  public RankAnswer rank(
      RankingModel model,
      RankRequest query,
      @Nullable ExitPolicy policy,
      Duration deadline,
      int mostTokens,
      BooleanSupplier gone) {
    long arrival = System.nanoTime();
    double seconds = deadline.toNanos() / 1e9;
    if (!model.hasHeadZero()) {
      scheduler.requireRoom(seconds); // before anything is spent on it
    }
    TradeOffPoint point = policy == null ? affordable(model, seconds) : model.point(policy);
    PromptSource.Prepared prepared =
        model
            .prompts()
            .prepare(
                query,
                features -> {
                  int[] undecided = model.undecided(point.policy(), features);
                  if (undecided.length > 0) {
                    scheduler.requireRoom(seconds);
                  }
                  return undecided;
                });
    int tokens = prepared.prompt().tokens().tokens();
    if (tokens > mostTokens) {
      throw new PromptTooLongException(tokens, mostTokens);
    }
    double prepareSeconds = (System.nanoTime() - arrival) / 1e9;
    if (tokens == 0) {
      List<Score> scores =
          scheduler.requireNumbers(
              model, model.score(point.policy(), List.of(prepared.prompt()), () -> {}).getFirst());
      double took = (System.nanoTime() - arrival) / 1e9 - prepareSeconds;
      return new RankAnswer(
          query, prepared, new Scored(scores, point, prepareSeconds, took, 1), prepareSeconds);
    }
    CompletableFuture<Scored> scored =
        scheduler.submit(model, prepared.prompt(), policy, arrival, arrival + deadline.toNanos());
    Scored answer = await(scored, arrival + deadline.toNanos(), gone);
    return new RankAnswer(query, prepared, answer, prepareSeconds);
  }

  /** As deep as the load allows; where there is no room for more, what needs none. */
  private TradeOffPoint affordable(RankingModel model, double seconds) {
    return scheduler.hasRoom(seconds)
        ? model.ladder().within(scheduler.shareAtArrival())
        : model.ladder().cheapest();
  }

  /** What comes after the deadline is of no use to who asked: the wait ends there. */
  private static Scored await(
      CompletableFuture<Scored> scored, long deadline, BooleanSupplier gone) {
    while (true) {
      long left = Math.max(0, deadline - System.nanoTime());
      try {
        return scored.get(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left <= LOOK.toNanos()) {
          scored.cancel(false);
          throw new DeadlineException();
        }
        if (gone.getAsBoolean()) {
          scored.cancel(false);
          throw new CancellationException("the client has gone");
        }
      } catch (InterruptedException e) {
        scored.cancel(false);
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }
}
