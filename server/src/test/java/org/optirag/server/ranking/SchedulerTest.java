package org.optirag.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ExitLadder;

@Timeout(60)
class SchedulerTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final FakeModel model = new FakeModel("one").stopAt(gate);
  private final List<Scheduler> open = new ArrayList<>();

  @AfterEach
  void close() {
    gate.countDown();
    open.forEach(Scheduler::close);
  }

  @Test
  void whatWaitsGoesThroughTogetherWithinTheBudget() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 1000);
    CompletableFuture<Scored> first = submit(scheduler, 1, 40, LONG);
    model.awaitBegun();
    List<CompletableFuture<Scored>> rest = new ArrayList<>();
    for (int name = 2; name <= 5; name++) {
      rest.add(submit(scheduler, name, 40, LONG));
    }
    gate.countDown();
    assertThat(first.get(9, TimeUnit.SECONDS).together()).isEqualTo(1);
    assertThat(rest.get(0).get(9, TimeUnit.SECONDS).together()).isEqualTo(2);
    assertThat(rest.get(3).get(9, TimeUnit.SECONDS).scores().getFirst().probability())
        .as("each gets its own scores")
        .isEqualTo(0.05);
    assertThat(names()).containsExactly(List.of(1), List.of(2, 3), List.of(4, 5));
  }

  @Test
  void theEarliestDeadlineComesFirst() throws Exception {
    Scheduler scheduler = scheduler(1, 10, 1000);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 10, LONG);
    submit(scheduler, 3, 10, LONG.minusSeconds(5));
    CompletableFuture<Scored> last = submit(scheduler, 4, 10, LONG.plusSeconds(5));
    gate.countDown();
    last.get(9, TimeUnit.SECONDS);
    assertThat(names()).containsExactly(List.of(1), List.of(3), List.of(2), List.of(4));
  }

  @Test
  void aFullQueueRefusesAndSaysWhenToComeAgain() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 100);
    submit(scheduler, 1, 60, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 60, LONG);
    assertThatThrownBy(() -> submit(scheduler, 3, 60, LONG))
        .isInstanceOfSatisfying(
            OverloadedException.class,
            refused -> assertThat(refused.retryAfter()).isBetween(1, 60));
    assertThat(scheduler.state().tokens()).isEqualTo(60);
  }

  @Test
  void whatCannotBeAnsweredInTimeIsNotLetIn() throws Exception {
    // A hundredth of a second a token at full depth, a tenth of that at the least depth.
    Scheduler scheduler = scheduler(1, 100, 100_000, 0.01);
    submit(scheduler, 1, 100, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 10_000, LONG);
    submit(scheduler, 3, 10, Duration.ofSeconds(51));
    assertThatThrownBy(() -> submit(scheduler, 4, 10_000, Duration.ofSeconds(12)))
        .as("ten seconds at the least depth, 12 to go")
        .isInstanceOf(OverloadedException.class);
    assertThatThrownBy(() -> scheduler.requireRoom(in(5))).isInstanceOf(OverloadedException.class);
    scheduler.requireRoom(in(50));
  }

  @Test
  void nobodyIsLetInAtTheCostOfThoseWhoWait() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 100_000, 0.01);
    submit(scheduler, 1, 100, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 8_000, Duration.ofSeconds(13));
    assertThatThrownBy(() -> submit(scheduler, 3, 7_000, Duration.ofSeconds(12)))
        .as("seven seconds that go before eight, of which twelve are left")
        .isInstanceOf(OverloadedException.class);
    submit(scheduler, 4, 3_000, Duration.ofSeconds(12));
  }

  @Test
  void aDeadlineThatHasPassedCostsNothing() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 1000);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> late = submit(scheduler, 2, 10, Duration.ofMillis(100));
    Thread.sleep(150);
    gate.countDown();
    assertThatThrownBy(() -> late.get(9, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DeadlineException.class);
    assertThat(names()).containsExactly(List.of(1));
  }

  @Test
  void aPassThatNobodyWaitsForEndsBeforeTheNextBlock() throws Exception {
    List<PassListener.Pass> passed = new CopyOnWriteArrayList<>();
    Scheduler scheduler =
        new Scheduler(
            new Scheduler.Settings(1, 100, 1000, Duration.ofSeconds(1), 1e-6), passed::add);
    open.add(scheduler);
    CompletableFuture<Scored> gone = submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> next = submit(scheduler, 2, 10, LONG);
    gone.cancel(false);
    gate.countDown();
    assertThat(next.get(9, TimeUnit.SECONDS).scores()).isNotEmpty();
    scheduler.close(); // its listener has heard of all passes
    assertThat(names()).containsExactly(List.of(1), List.of(2));
    assertThat(passed).hasSize(1);
  }

  @Test
  void aPassThatIsLateForAllEndsBeforeTheNextBlock() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 1000);
    CompletableFuture<Scored> late = submit(scheduler, 1, 10, Duration.ofMillis(100));
    model.awaitBegun();
    Thread.sleep(150);
    gate.countDown();
    assertThatThrownBy(() -> late.get(9, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DeadlineException.class);
    assertThat(scheduler.state().secondsPerToken())
        .as("that it takes so long is learned nevertheless")
        .isGreaterThan(1e-6);
    assertThat(submit(scheduler, 2, 10, LONG).get(9, TimeUnit.SECONDS).scores()).isNotEmpty();
  }

  @Test
  void whatIsCancelledLeavesTheQueue() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 1000);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 10, LONG).cancel(false);
    assertThat(scheduler.state().jobs()).isZero();
    assertThat(scheduler.state().tokens()).isZero();
  }

  @Test
  void aClientThatHasGoneCancelsItsWork() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 1000);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    AtomicInteger looked = new AtomicInteger();
    assertThatThrownBy(() ->
            new Ranker(scheduler)
                .rank(
                    model,
                    new RankRequest("u", List.of(CandidateItem.of("i"))),
                    null,
                    LONG,
                    1000,
                    () -> looked.incrementAndGet() > 1))
        .isInstanceOf(CancellationException.class);
    assertThat(scheduler.state().jobs()).isZero();
  }

  @Test
  void nobodyWaitsForAnAnswerBeyondTheDeadline() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 1000);
    assertThatThrownBy(() ->
            new Ranker(scheduler)
                .rank(
                    model,
                    new RankRequest("u", List.of(CandidateItem.of("i"))),
                    null,
                    Duration.ofMillis(200),
                    1000,
                    () -> false))
        .as("its pass has begun, and does not end")
        .isInstanceOf(DeadlineException.class);
    assertThat(model.passes()).hasSize(1);
  }

  @Test
  void aQueueMakesExitsShallowAndAnEmptyOneDeep() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 100_000, 0.01);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    List<CompletableFuture<Scored>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(submit(scheduler, 2, 100, LONG.plusSeconds(10)));
    }
    gate.countDown();
    assertThat(waiting.getFirst().get(9, TimeUnit.SECONDS).point().policy().text())
        .isEqualTo("fixed:1");
    for (CompletableFuture<Scored> each : waiting) {
      each.get(9, TimeUnit.SECONDS);
    }
    assertThat(submit(scheduler, 3, 10, LONG).get(9, TimeUnit.SECONDS).point().policy().text())
        .isEqualTo("none");
  }

  @Test
  void aShortDeadlineMakesExitsShallowEvenWithoutAQueue() throws Exception {
    gate.countDown();
    Scheduler scheduler = scheduler(1, 100, 1000, 0.01);
    assertThat(submit(scheduler, 1, 100, Duration.ofMillis(900)).get(9, TimeUnit.SECONDS).point())
        .as("one second at full depth, 0.9 to go")
        .extracting(point -> point.policy().text())
        .isEqualTo("fixed:1");
  }

  @Test
  void aPolicyThatTheRequestInsistsOnIsKept() throws Exception {
    Scheduler scheduler = scheduler(1, 1000, 100_000, 0.01);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 500, LONG, null);
    CompletableFuture<Scored> own = submit(scheduler, 3, 10, LONG, new ExitPolicy.None());
    CompletableFuture<Scored> other = submit(scheduler, 4, 10, LONG, new ExitPolicy.Patience(1));
    gate.countDown();
    assertThat(own.get(9, TimeUnit.SECONDS).point().policy().text()).isEqualTo("none");
    assertThat(other.get(9, TimeUnit.SECONDS).point().policy().text()).isEqualTo("patience:1");
    assertThat(names()).as("policies are not mixed in a pass").hasSize(4);
  }

  @Test
  void bundlesAreNotMixedInAPass() throws Exception {
    Scheduler scheduler = scheduler(1, 1000, 1000);
    FakeModel other = new FakeModel("other");
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    submit(scheduler, 2, 10, LONG);
    long now = System.nanoTime();
    scheduler.submit(other, FakeModel.prompt(9, 10), null, now, now + LONG.toNanos());
    CompletableFuture<Scored> last = submit(scheduler, 3, 10, LONG.plusSeconds(1));
    gate.countDown();
    last.get(9, TimeUnit.SECONDS);
    assertThat(names()).containsExactly(List.of(1), List.of(2, 3));
  }

  @Test
  void aPassThatFailsFailsItsRequestsAlone() throws Exception {
    gate.countDown();
    Scheduler scheduler = scheduler(1, 100, 1000);
    model.failWith(new IllegalStateException("out of memory"));
    CompletableFuture<Scored> failed = submit(scheduler, 1, 10, LONG);
    assertThatThrownBy(() -> failed.get(9, TimeUnit.SECONDS)).hasMessageContaining("out of memory");
    model.failWith(null);
    assertThat(submit(scheduler, 2, 10, LONG).get(9, TimeUnit.SECONDS).scores()).hasSize(1);
  }

  @Test
  void closingAnswersWhatWaitsAndRefusesWhatComes() throws Exception {
    Scheduler scheduler = scheduler(1, 10, 1000);
    submit(scheduler, 1, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> waiting = submit(scheduler, 2, 10, LONG);
    Thread closing = Thread.ofVirtual().start(scheduler::close);
    while (true) {
      try {
        scheduler.requireRoom(in(50));
        Thread.sleep(5);
      } catch (OverloadedException e) {
        break;
      }
    }
    gate.countDown();
    assertThat(waiting.get(9, TimeUnit.SECONDS).scores()).hasSize(1);
    assertThat(closing.join(Duration.ofSeconds(9))).isTrue();
  }

  /** What a model does wrong with its first request, and right ever after. */
  enum Fault {
    LADDER_FAILS,
    COST_IS_NO_NUMBER,
    COST_IS_NEGATIVE,
    SCORING_ENDS_WITH_AN_ERROR,
    SCORES_ARE_MISSING,
    SCORES_ARE_NULL,
    A_PROBABILITY_IS_NO_NUMBER,
    A_PROBABILITY_IS_INFINITE
  }

  private static final class FaultyModel extends FakeModel {
    private final Fault fault;
    private final AtomicInteger ladders = new AtomicInteger();

    FaultyModel(Fault fault) {
      super("faulty");
      this.fault = fault;
    }

    @Override
    public ExitLadder ladder() {
      return switch (fault) {
        case LADDER_FAILS -> {
          if (ladders.incrementAndGet() > 1) { // the first asks whether it would be in time
            throw new IllegalStateException("no ladder");
          }
          yield super.ladder();
        }
        case COST_IS_NO_NUMBER -> ladder(Double.NaN);
        case COST_IS_NEGATIVE -> ladder(-1);
        default -> super.ladder();
      };
    }

    private static ExitLadder ladder(double cost) {
      return new ExitLadder(
          List.of(
              new TradeOffPoint(
                  new ExitPolicy.None(), 1, List.of(0, 1), 0.5, 0.5, 0.5, 0.5, cost, cost)));
    }

    @Override
    public List<List<Score>> score(ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks) {
      return switch (fault) {
        case SCORING_ENDS_WITH_AN_ERROR -> throw new StackOverflowError("deep");
        case SCORES_ARE_MISSING -> List.of();
        case SCORES_ARE_NULL -> Collections.singletonList(null);
        case A_PROBABILITY_IS_NO_NUMBER -> answered(Double.NaN);
        case A_PROBABILITY_IS_INFINITE -> answered(Double.POSITIVE_INFINITY);
        default -> super.score(policy, prompts, beforeBlocks);
      };
    }

    private static List<List<Score>> answered(double probability) {
      return List.of(List.of(new Score(0.5, 1, List.of(new Score.Reading(1, probability)))));
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void whateverFailsIsAnsweredAndTheWorkerLivesOn(Fault fault) throws Exception {
    gate.countDown();
    Map<String, Integer> failed = new ConcurrentHashMap<>();
    Scheduler scheduler =
        new Scheduler(
            new Scheduler.Settings(1, 100, 1000, Duration.ofSeconds(1), 1e-6),
            new PassListener() {
              @Override
              public void passed(Pass pass) {}

              @Override
              public void failed(String reason, int requests) {
                failed.merge(reason, requests, Integer::sum);
              }
            });
    open.add(scheduler);
    long now = System.nanoTime();
    CompletableFuture<Scored> bad =
        scheduler.submit(
            new FaultyModel(fault), FakeModel.prompt(1, 10), null, now, now + LONG.toNanos());
    boolean scored = fault == Fault.COST_IS_NO_NUMBER || fault == Fault.COST_IS_NEGATIVE;
    if (scored) {
      assertThat(bad.get(9, TimeUnit.SECONDS).scores()).hasSize(1);
    } else {
      assertThatThrownBy(() -> bad.get(9, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
      String reason = fault.name().startsWith("A_PROB") ? "not_a_number" : "pass";
      assertThat(failed).containsExactlyEntriesOf(Map.of(reason, 1));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(submit(scheduler, 2, 10, LONG).get(9, TimeUnit.SECONDS).scores()).hasSize(1);
    }
    assertThat(scheduler.state().busy()).isLessThanOrEqualTo(1);
    assertThat(scheduler.state().jobs()).isZero();
  }

  @Test
  void aListenerThatFailsCostsNobodyAnAnswer() throws Exception {
    gate.countDown();
    Scheduler scheduler =
        new Scheduler(
            new Scheduler.Settings(1, 100, 1000, Duration.ofSeconds(1), 1e-6),
            pass -> {
              throw new LinkageError("no metrics");
            });
    open.add(scheduler);
    for (int i = 0; i < 3; i++) {
      assertThat(submit(scheduler, 2, 10, LONG).get(9, TimeUnit.SECONDS).scores()).hasSize(1);
    }
  }

  private Scheduler scheduler(int workers, int batch, int queue) {
    return scheduler(workers, batch, queue, 1e-6);
  }

  private Scheduler scheduler(int workers, int batch, int queue, double secondsPerToken) {
    Scheduler scheduler =
        new Scheduler(
            new Scheduler.Settings(workers, batch, queue, Duration.ofSeconds(1), secondsPerToken),
            PassListener.NONE);
    open.add(scheduler);
    return scheduler;
  }

  private CompletableFuture<Scored> submit(
      Scheduler scheduler, int name, int tokens, Duration deadline) {
    return submit(scheduler, name, tokens, deadline, null);
  }

  private CompletableFuture<Scored> submit(
      Scheduler scheduler, int name, int tokens, Duration deadline, @Nullable ExitPolicy policy) {
    long now = System.nanoTime();
    return scheduler.submit(
        model, FakeModel.prompt(name, tokens), policy, now, now + deadline.toNanos());
  }

  private static Caller in(int seconds) {
    return Caller.now(Caller.OURSELVES, Duration.ofSeconds(seconds));
  }

  private List<List<Integer>> names() {
    return model.passes().stream().map(FakeModel.Pass::prompts).toList();
  }
}
