package org.optirag.server.ranking;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
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

  /** The same for the service itself, with a deadline from now. */
  public RankAnswer rank(
      RankingModel model,
      RankRequest query,
      @Nullable ExitPolicy policy,
      Duration deadline,
      int mostTokens,
      BooleanSupplier gone) {
    Caller ourselves = Caller.now(Caller.OURSELVES, deadline);
    return rank(model, query, policy, ourselves, mostTokens, gone);
  }

  /**
   * Ranks, and waits for it.
   *
   * @param policy that the request insists on, or null to let the load decide
   * @param caller who asks, and until when
   * @param mostTokens of the prompt
   * @param gone whether nobody waits for the answer any more; then the work is cancelled
   * @throws PromptTooLongException if the prompt has more tokens
   * @throws UnknownItemException if a candidate has no text
   * @throws OverloadedException if it would not be answered in time
   * @throws DeadlineException if it was not
   * @throws EndingException if the service ends before
   * @throws BrokenAnswerException if the bundle answers with what is no number
   * @throws CancellationException if the client has gone
   */
  public RankAnswer rank(
      RankingModel model,
      RankRequest query,
      @Nullable ExitPolicy policy,
      Caller caller,
      int mostTokens,
      BooleanSupplier gone) {
    if (!model.hasHeadZero()) {
      scheduler.requireRoom(caller); // before anything is spent on it
    }
    TradeOffPoint point = policy == null ? affordable(model, caller) : model.point(policy);
    PromptSource.Prepared prepared = prepared(model, query, point, caller, gone);
    int tokens = prepared.prompt().tokens().tokens();
    if (tokens > mostTokens) {
      throw new PromptTooLongException(tokens, mostTokens);
    }
    double prepareSeconds = (System.nanoTime() - caller.arrival()) / 1e9;
    if (tokens == 0) {
      List<Score> scores =
          scheduler.requireNumbers(
              model, model.score(point.policy(), List.of(prepared.prompt()), () -> {}).getFirst());
      double took = (System.nanoTime() - caller.arrival()) / 1e9 - prepareSeconds;
      return new RankAnswer(
          query, prepared, new Scored(scores, point, prepareSeconds, took, 1), prepareSeconds);
    }
    caller.requireTime();
    CompletableFuture<Scored> scored = scheduler.submit(model, prepared.prompt(), policy, caller);
    Scored answer = await(scored, caller.deadline(), gone);
    return new RankAnswer(query, prepared, answer, prepareSeconds);
  }

  /** The features and the prompt, when the client's turn has come. */
  private PromptSource.Prepared prepared(
      RankingModel model,
      RankRequest query,
      TradeOffPoint point,
      Caller caller,
      BooleanSupplier gone) {
    return inTurn(caller, gone, () -> prepare(model, query, point, caller));
  }

  /**
   * Does what takes the processor for a while when the client's turn has come, on a thread that
   * holds up no other request.
   *
   * @throws DeadlineException if the turn did not come in time
   * @throws CancellationException if the client has gone
   */
  public <T> T inTurn(Caller caller, BooleanSupplier gone, Supplier<T> work) {
    Preparation.Task<T> task = scheduler.prepare(caller, work);
    try {
      return await(task.done(), caller.deadline(), gone);
    } catch (DeadlineException | CancellationException e) {
      if (!task.giveUp()) {
        task.ended().join(); // what it reads is held until then
      }
      throw e;
    }
  }

  private PromptSource.Prepared prepare(
      RankingModel model, RankRequest query, TradeOffPoint point, Caller caller) {
    caller.requireTime();
    return model
        .prompts()
        .prepare(
            query,
            features -> {
              int[] undecided = model.undecided(point.policy(), features);
              if (undecided.length > 0) {
                caller.requireTime();
                scheduler.requireRoom(caller);
              }
              return undecided;
            });
  }

  /** As deep as the load allows; where there is no room for more, what needs none. */
  private TradeOffPoint affordable(RankingModel model, Caller caller) {
    return scheduler.hasRoom(caller)
        ? model.ladder().within(scheduler.shareAtArrival())
        : model.ladder().cheapest();
  }

  /** What comes after the deadline is of no use to who asked: the wait ends there. */
  private static <T> T await(CompletableFuture<T> scored, long deadline, BooleanSupplier gone) {
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
