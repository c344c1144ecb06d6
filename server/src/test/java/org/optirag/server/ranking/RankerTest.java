package org.optirag.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ExitLadder;

/** Requests that the features decide, beside requests that the LLM has to read. */
@Timeout(60)
class RankerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final RankRequest TWO = RankRequest.of("1", List.of("a", "b"));

  private final CountDownLatch gate = new CountDownLatch(1);
  private final Cascade model = new Cascade();
  private final Scheduler scheduler =
      new Scheduler(
          new Scheduler.Settings(1, 100, 100, Duration.ofSeconds(1), 1e-6), PassListener.NONE);
  private final Ranker ranker = new Ranker(scheduler);

  @Test
  void aPromptThatIsTooLongSaysByHowMuchAndWhatToDo() {
    assertThatThrownBy(() -> ranker.rank(new FakeModel("plain"), TWO, null, LONG, 4, () -> false))
        .isInstanceOf(PromptTooLongException.class)
        .hasMessage(
            "The prompt has 5 tokens, at most 4. Send fewer candidates, or shorter ones; whoever"
                + " runs the service may raise max-tokens.");
  }

  /** A model with a head before the first block; its policies are fixed:1, features, and none. */
  private static class Cascade extends FakeModel {
    private static final TradeOffCurve CURVE =
        new TradeOffCurve(
            List.of(0, 1, 2),
            List.of(0.6, 0.65, 0.7),
            List.of(point("fixed:1", 0), point("none", 1)));

    Cascade() {
      super("cascade");
    }

    private static TradeOffPoint point(String policy, double cost) {
      return new TradeOffPoint(
          ExitPolicy.parse(policy), cost, List.of(0, 0, 1), cost, cost, 0.5, 0.5, cost, cost);
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
    public boolean hasHeadZero() {
      return true;
    }

    @Override
    public int[] undecided(ExitPolicy policy, float[][] features) {
      return policy instanceof ExitPolicy.None ? super.undecided(policy, features) : new int[0];
    }

    @Override
    public PromptSource prompts() {
      return (query, undecided) -> {
        float[][] features = new float[query.candidates().size()][1];
        return undecided.of(features).length > 0
            ? super.prompts().prepare(query, undecided)
            : new PromptSource.Prepared(
                Prompt.ofFeatures(features), List.of("a", "b"), List.of(), List.of(), 5);
      };
    }

    @Override
    public List<List<Score>> score(ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks) {
      if (prompts.getFirst().tokens().tokens() > 0) {
        return super.score(policy, prompts, beforeBlocks);
      }
      Score score = new Score(0.3, 0, List.of(new Score.Reading(0, 0.3)));
      return List.of(List.of(score, score));
    }
  }

  @AfterEach
  void close() {
    gate.countDown();
    scheduler.close();
  }

  private RankAnswer rank(String policy) {
    return ranker.rank(model, TWO, ExitPolicy.parse(policy), LONG, 1000, () -> false);
  }

  @Test
  void whatTheFeaturesDecideIsNotRead() {
    RankAnswer decided = rank("fixed:1");
    assertThat(decided.scored().scores()).extracting(Score::exitBlock).containsOnly(0);
    assertThat(decided.meanDepth(2)).isZero();
    assertThat(model.passes()).as("passes over the backbone").isEmpty();
    assertThat(rank("none").scored().scores()).extracting(Score::exitBlock).containsOnly(2);
    assertThat(model.passes()).hasSize(1);
  }

  @Test
  void aFullQueueStillAnswersFromTheFeatures() throws Exception {
    model.stopAt(gate);
    scheduler.submit(model, FakeModel.prompt(1, 60), null, System.nanoTime(), later());
    model.awaitBegun();
    scheduler.submit(model, FakeModel.prompt(2, 100), null, System.nanoTime(), later());
    assertThatThrownBy(() -> rank("none")).isInstanceOf(OverloadedException.class);
    RankAnswer answer = ranker.rank(model, TWO, null, LONG, 1000, () -> false);
    assertThat(answer.scored().point().policy()).isEqualTo(new ExitPolicy.Fixed(1));
    assertThat(answer.scored().scores()).extracting(Score::exitBlock).containsOnly(0);
  }

  @Test
  void whereTheFeaturesCannotDecideNothingIsSpentOnARequestThatHasNoRoom() throws Exception {
    model.stopAt(gate);
    scheduler.submit(model, FakeModel.prompt(1, 60), null, System.nanoTime(), later());
    model.awaitBegun();
    scheduler.submit(model, FakeModel.prompt(2, 100), null, System.nanoTime(), later());
    FakeModel plain =
        new FakeModel("plain") {
          @Override
          public PromptSource prompts() {
            throw new AssertionError("a prompt was written");
          }
        };
    assertThatThrownBy(() -> ranker.rank(plain, TWO, null, LONG, 1000, () -> false))
        .isInstanceOf(OverloadedException.class);
  }

  @Test
  void whenNothingWaitsTheModelReadsAgainThoughNoPassHasSaidSo() throws Exception {
    // A pass with much behind it, which is then withdrawn: no later pass sees the empty queue.
    Semaphore passes = new Semaphore(0);
    CountDownLatch second = new CountDownLatch(2);
    Cascade slow =
        new Cascade() {
          @Override
          public List<List<Score>> score(
              ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks) {
            if (prompts.getFirst().tokens().tokens() > 20) {
              second.countDown();
              passes.acquireUninterruptibly();
            }
            return super.score(policy, prompts, beforeBlocks);
          }
        };
    Scheduler busy =
        new Scheduler(
            new Scheduler.Settings(1, 100, 1000, Duration.ofSeconds(1), 10), PassListener.NONE);
    try (busy) {
      List<CompletableFuture<Scored>> waiting = new ArrayList<>();
      for (int name = 1; name <= 3; name++) {
        waiting.add(
            busy.submit(slow, FakeModel.prompt(name, 90), null, System.nanoTime(), later()));
      }
      passes.release();
      assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(busy.state().share()).as("the second pass saw the third wait").isLessThan(0.1);
      waiting.get(2).cancel(false);
      passes.release();
      waiting.get(1).get(30, TimeUnit.SECONDS);
      RankAnswer answer = new Ranker(busy).rank(slow, TWO, null, LONG, 1000, () -> false);
      assertThat(answer.scored().scores())
          .as("the LLM read them")
          .extracting(Score::exitBlock)
          .doesNotContain(0);
    }
  }

  private static long later() {
    return System.nanoTime() + LONG.toNanos();
  }
}
