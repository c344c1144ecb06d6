package org.optirag.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;

/** A client that sends much, beside one that sends little. */
@Timeout(60)
class FairTurnsTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final FakeModel model = new FakeModel("one").stopAt(gate);
  private final List<Scheduler> open = new ArrayList<>();

  @AfterEach
  void close() {
    gate.countDown();
    open.forEach(Scheduler::close);
  }

  private Scheduler scheduler(int workers, int queueTokens, int clientTokens, double perToken) {
    Scheduler scheduler =
        new Scheduler(
            new Scheduler.Settings(
                workers, 10, queueTokens, clientTokens, Duration.ofSeconds(1), perToken),
            PassListener.NONE);
    open.add(scheduler);
    return scheduler;
  }

  private CompletableFuture<Scored> submit(
      Scheduler scheduler, String client, int name, int tokens, Duration deadline) {
    return scheduler.submit(
        model, FakeModel.prompt(name, tokens), null, Caller.now(client, deadline));
  }

  private List<Integer> order() {
    return model.passes().stream().flatMap(pass -> pass.prompts().stream()).toList();
  }

  @Test
  void whoSendsLittleComesBeforeWhatIsBeyondTheShareOfWhoSendsMuch() throws Exception {
    Scheduler scheduler = scheduler(1, 10_000, 10_000, 1e-6);
    submit(scheduler, "heavy", 1, 10, LONG);
    model.awaitBegun();
    List<CompletableFuture<Scored>> all = new ArrayList<>();
    for (int n = 0; n < 20; n++) { // urgent, all of them
      all.add(submit(scheduler, "heavy", 100 + n, 10, LONG.minusSeconds(20)));
    }
    for (int n = 0; n < 3; n++) {
      all.add(submit(scheduler, "light", 200 + n, 10, LONG));
    }
    gate.countDown();
    for (CompletableFuture<Scored> each : all) {
      each.get(9, TimeUnit.SECONDS);
    }
    assertThat(order().subList(0, 8)).containsExactly(1, 100, 200, 101, 201, 102, 202, 103);
  }

  @Test
  void withinTheShareOfEachTheEarliestDeadlineComesFirst() throws Exception {
    Scheduler scheduler = scheduler(1, 10_000, 10_000, 1e-6);
    submit(scheduler, "a", 1, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> last = submit(scheduler, "b", 2, 10, LONG);
    submit(scheduler, "c", 3, 10, LONG.minusSeconds(5));
    submit(scheduler, "d", 4, 10, LONG.minusSeconds(9));
    gate.countDown();
    last.get(9, TimeUnit.SECONDS);
    assertThat(order()).containsExactly(1, 4, 3, 2);
  }

  @Test
  void aQueueFullOfOnesRequestsRefusesNobodyElse() throws Exception {
    // A hundredth of a second a token: what waits of the one takes longer than the other has.
    Scheduler scheduler = scheduler(1, 10_000, 10_000, 0.01);
    submit(scheduler, "heavy", 1, 10, LONG);
    model.awaitBegun();
    for (int n = 0; n < 30; n++) {
      submit(scheduler, "heavy", 100 + n, 100, LONG);
    }
    Caller light = Caller.now("light", Duration.ofSeconds(2));
    assertThatThrownBy(() -> scheduler.requireRoom(Caller.now("heavy", Duration.ofSeconds(2))))
        .isInstanceOf(OverloadedException.class);
    scheduler.requireRoom(light);
    CompletableFuture<Scored> answer =
        scheduler.submit(model, FakeModel.prompt(2, 10), null, light);
    gate.countDown();
    assertThat(answer.get(9, TimeUnit.SECONDS).scores()).isNotEmpty();
  }

  @Test
  void whoHasMostWaitingMakesRoomForWhoHasLess() throws Exception {
    Scheduler scheduler = scheduler(1, 100, 100, 1e-6);
    submit(scheduler, "heavy", 1, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> kept = submit(scheduler, "heavy", 2, 50, LONG);
    CompletableFuture<Scored> dropped = submit(scheduler, "heavy", 3, 50, LONG.plusSeconds(1));
    CompletableFuture<Scored> light = submit(scheduler, "light", 4, 20, LONG);
    assertThatThrownBy(() -> dropped.get(9, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(OverloadedException.class);
    assertThatThrownBy(() -> submit(scheduler, "heavy", 5, 50, LONG))
        .as("it has most itself")
        .isInstanceOf(OverloadedException.class);
    gate.countDown();
    assertThat(light.get(9, TimeUnit.SECONDS).scores()).isNotEmpty();
    assertThat(kept.get(9, TimeUnit.SECONDS).scores()).isNotEmpty();
  }

  @Test
  void aClientHasNoMoreWaitingThanItMay() throws Exception {
    Scheduler scheduler = scheduler(1, 1000, 100, 1e-6);
    submit(scheduler, "heavy", 1, 10, LONG);
    model.awaitBegun();
    submit(scheduler, "heavy", 2, 90, LONG);
    assertThatThrownBy(() -> submit(scheduler, "heavy", 3, 20, LONG))
        .isInstanceOf(OverloadedException.class);
    submit(scheduler, "light", 4, 90, LONG);
  }

  @Test
  void whatWouldNotFitIntoAnEmptyQueueIsNotToldToComeAgain() {
    Scheduler scheduler = scheduler(1, 1000, 100, 1e-6);
    assertThatThrownBy(() -> submit(scheduler, "heavy", 1, 101, LONG))
        .isInstanceOf(PromptTooLongException.class)
        .hasMessageContaining("101 tokens, at most 100");
  }

  @Test
  void whileOthersAreAboutAClientLeavesThemAWorker() throws Exception {
    Scheduler scheduler = scheduler(2, 1000, 1000, 1e-6);
    scheduler
        .submit(new FakeModel("quick"), FakeModel.prompt(1, 10), null, Caller.now("light", LONG))
        .get(9, TimeUnit.SECONDS);
    submit(scheduler, "heavy", 2, 10, LONG);
    submit(scheduler, "heavy", 3, 10, LONG);
    submit(scheduler, "heavy", 4, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> light = submit(scheduler, "light", 5, 10, LONG);
    while (!order().contains(5)) { // its pass begins though no pass of the other has ended
      Thread.sleep(5);
    }
    assertThat(order()).doesNotContain(3, 4);
    gate.countDown();
    assertThat(light.get(9, TimeUnit.SECONDS).scores()).isNotEmpty();
  }

  @Test
  void aloneAClientHasAllWorkers() throws Exception {
    Scheduler scheduler = scheduler(2, 1000, 1000, 1e-6);
    submit(scheduler, "only", 1, 10, LONG);
    submit(scheduler, "only", 2, 10, LONG);
    while (order().size() < 2) {
      Thread.sleep(5);
    }
  }

  @Test
  void promptsAreWrittenInTurnsToo() throws Exception {
    Scheduler scheduler = scheduler(1, 1000, 1000, 1e-6);
    CountDownLatch writing = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    List<String> written = new CopyOnWriteArrayList<>();
    FakeModel slow =
        new FakeModel("slow") {
          @Override
          public PromptSource prompts() {
            return (query, undecided) -> {
              written.add(query.user());
              writing.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return super.prompts().prepare(query, undecided);
            };
          }
        };
    List<Thread> asking = new ArrayList<>();
    asking.add(ask(scheduler, slow, "heavy", "h0"));
    asking.add(ask(scheduler, slow, "heavy", "h1"));
    writing.await(); // both threads that write are taken
    for (int n = 2; n < 8; n++) {
      asking.add(ask(scheduler, slow, "heavy", "h" + n));
      awaitBlocked(asking.getLast());
    }
    asking.add(ask(scheduler, slow, "light", "l"));
    awaitBlocked(asking.getLast());
    go.countDown();
    for (Thread thread : asking) {
      thread.join();
    }
    assertThat(written.indexOf("l")).as(written.toString()).isBetween(2, 4);
  }

  private static Thread ask(Scheduler scheduler, FakeModel model, String client, String user) {
    RankRequest query = new RankRequest(user, List.of(CandidateItem.of("i")));
    return Thread.ofPlatform()
        .start(() -> {
          Caller caller = Caller.now(client, LONG);
          new Ranker(scheduler).rank(model, query, null, caller, 1000, () -> false);
        });
  }

  private static void awaitBlocked(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(2);
    }
  }

  @Test
  void whatIsGivenUpIsToldSoThoughItsPassRuns() throws Exception {
    Scheduler scheduler = scheduler(1, 1000, 1000, 1e-6);
    CompletableFuture<Scored> running = submit(scheduler, "a", 1, 10, LONG);
    model.awaitBegun();
    CompletableFuture<Scored> waiting = submit(scheduler, "b", 2, 10, LONG);
    scheduler.abandon();
    for (CompletableFuture<Scored> each : List.of(running, waiting)) {
      assertThatThrownBy(() -> each.get(9, TimeUnit.SECONDS))
          .hasCauseInstanceOf(EndingException.class);
    }
    assertThat(scheduler.hasEnded(Duration.ofMillis(1))).as("in native code still").isFalse();
    gate.countDown();
    assertThat(scheduler.hasEnded(Duration.ofSeconds(30))).isTrue();
    assertThat(order()).containsExactly(1);
  }
}
