package org.optirag.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.events.FeedbackIntake.Receipt;

class GroupCommitTest {
  @TempDir Path directory;

  @Test
  void receiptsSayHowManyOfEachBatchWereNew() {
    try (EventStore store = EmbeddedStore.open(directory);
        GroupCommit commit = new GroupCommit(store, () -> 1, appended -> {})) {
      assertThat(commit.accept(events("a", "b", "a"))).isEqualTo(new Receipt(2, 1));
      assertThat(commit.accept(events("b", "c"))).isEqualTo(new Receipt(1, 1));
      assertThat(commit.accept(events())).isEqualTo(new Receipt(0, 0));
    }
  }

  @Test
  void batchesFromManyThreadsAreToldInOrderBeforeTheyAreAcknowledged() throws Exception {
    int threads = 16;
    int batches = 30;
    List<StoredEvent> told = new ArrayList<>(); // by the thread that commits
    AtomicInteger transactions = new AtomicInteger();
    try (EventStore store = EmbeddedStore.open(directory);
        GroupCommit commit =
            new GroupCommit(
                store,
                () -> 1,
                appended -> {
                  told.addAll(appended.added());
                  transactions.incrementAndGet();
                });
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Integer>> applied = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int number = thread;
        applied.add(
            pool.submit(() -> {
              start.await();
              int sum = 0;
              for (int batch = 0; batch < batches; batch++) {
                // every event is sent by two threads
                Receipt receipt =
                    commit.accept(events(number / 2 + "-" + batch, number / 2 + "+" + batch));
                assertThat(receipt.applied() + receipt.known()).isEqualTo(2);
                sum += receipt.applied();
              }
              return sum;
            }));
      }
      start.countDown();
      int sum = 0;
      for (Future<Integer> each : applied) {
        sum += each.get();
      }
      assertThat(sum).isEqualTo(threads / 2 * batches * 2);
      assertThat(told).isEqualTo(EventStoreContract.all(store)).hasSize(sum);
      assertThat(transactions).hasValueLessThan(threads * batches);
    }
  }

  @Test
  void aRefusalIsForAllThatShareTheTransactionAndNotForLater() {
    AtomicInteger failures = new AtomicInteger(1);
    try (EventStore store = EmbeddedStore.open(directory);
        GroupCommit commit = new GroupCommit(refusing(store, failures), () -> 1, appended -> {})) {
      assertThatThrownBy(() -> commit.accept(events("a")))
          .isInstanceOf(EventsRefusedException.class);
      assertThat(EventStoreContract.all(store)).isEmpty();
      assertThat(commit.accept(events("a"))).isEqualTo(new Receipt(1, 0));
    }
  }

  @Test
  void whatIsBeingTakenWhenItClosesIsTakenAndLaterOnesAreRefused() throws Exception {
    CountDownLatch inTransaction = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (EventStore store = EmbeddedStore.open(directory);
        ExecutorService pool = Executors.newFixedThreadPool(3)) {
      GroupCommit commit =
          new GroupCommit(
              store,
              () -> 1,
              appended -> {
                inTransaction.countDown();
                await(goOn);
              });
      Future<Receipt> first = pool.submit(() -> commit.accept(events("a")));
      await(inTransaction);
      Future<?> closing = pool.submit(commit::close);
      goOn.countDown();
      closing.get();
      assertThat(first.get()).isEqualTo(new Receipt(1, 0));
      assertThatThrownBy(() -> commit.accept(events("c")))
          .isInstanceOf(EventsRefusedException.class);
      assertThat(EventStoreContract.ids(store)).containsExactly("a");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Event> events(String... ids) {
    return List.of(ids).stream().<Event>map(EventStoreContract::met).toList();
  }

  private static EventStore refusing(EventStore store, AtomicInteger failures) {
    return new EventStore() {
      @Override
      public Appended append(List<? extends Event> events, long received) {
        if (failures.getAndDecrement() > 0) {
          throw new EventsRefusedException("full", new IllegalStateException());
        }
        return store.append(events, received);
      }

      @Override
      public void read(long after, Consumer<StoredEvent> each) {
        store.read(after, each);
      }

      @Override
      public boolean shared() {
        return store.shared();
      }

      @Override
      public void snapshot(Path target) {
        store.snapshot(target);
      }

      @Override
      public void close() {
        store.close();
      }
    };
  }
}
