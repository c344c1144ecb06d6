package org.optirag.server.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.events.FeedbackIntake;

/**
 * Batches that arrive while a transaction is under way share the next one: a disk that forces a
 * hundred times a second then takes many thousand events. One thread commits, in the order in which
 * batches arrive. Safe for use from many threads.
 */
public final class GroupCommit implements FeedbackIntake, AutoCloseable {
  /** Most events of a transaction, unless a single batch has more. */
  private static final int MOST = 5_000;

  private final EventStore store;
  private final LongSupplier seconds;
  private final Consumer<Appended> appended;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Deque<Waiting> queue = new ArrayDeque<>(); // guarded by the lock
  private final Thread committer;
  private boolean closed; // guarded by the lock

  /** A batch, and the answer that its sender waits for. */
  private record Waiting(List<Event> events, CompletableFuture<Receipt> receipt) {}

  /**
   * @param seconds the service's clock, seconds since 1970
   * @param appended is told of every transaction, in order and before the batches are acknowledged
   */
  public GroupCommit(EventStore store, LongSupplier seconds, Consumer<Appended> appended) {
    this.store = store;
    this.seconds = seconds;
    this.appended = appended;
    this.committer = Thread.ofPlatform().name("events-commit").daemon().start(this::commitAll);
  }

  @Override
  public Receipt accept(List<? extends Event> events) {
    events.forEach(EventColumns::check); // so that a bad text refuses its own batch alone
    Waiting mine = new Waiting(List.copyOf(events), new CompletableFuture<>());
    lock.lock();
    try {
      if (closed) {
        throw new EventsRefusedException(
            "The service is closing", new IllegalStateException("closed"));
      }
      queue.add(mine);
      arrived.signal();
    } finally {
      lock.unlock();
    }
    try {
      return mine.receipt.join();
    } catch (CompletionException e) {
      // an exception of each sender's own: those who share a transaction share its refusal
      Throwable inner = e.getCause();
      Throwable cause = inner == null ? e : inner;
      throw new EventsRefusedException(
          cause instanceof EventsRefusedException refused
              ? refused.reason()
              : EventsRefusedException.Reason.AWAY,
          String.valueOf(cause.getMessage()),
          cause);
    }
  }

  private void commitAll() {
    for (List<Waiting> group = next(); !group.isEmpty(); group = next()) {
      try {
        commit(group);
      } catch (RuntimeException | Error e) {
        group.forEach(waiting -> waiting.receipt.completeExceptionally(e));
      }
    }
  }

  /** What waits, as far as one transaction takes it; nothing when all is done and closed. */
  private List<Waiting> next() {
    List<Waiting> group = new ArrayList<>();
    lock.lock();
    try {
      while (queue.isEmpty() && !closed) {
        arrived.awaitUninterruptibly();
      }
      int events = 0;
      while (!queue.isEmpty()
          && (group.isEmpty() || events + queue.element().events.size() <= MOST)) {
        Waiting next = queue.remove();
        group.add(next);
        events += next.events.size();
      }
    } finally {
      lock.unlock();
    }
    return group;
  }

  private void commit(List<Waiting> group) {
    List<Event> events = new ArrayList<>();
    group.forEach(waiting -> events.addAll(waiting.events));
    Appended result = store.append(events, seconds.getAsLong());
    appended.accept(result);
    Set<String> added = HashSet.newHashSet(result.added().size());
    result.added().forEach(stored -> added.add(stored.event().id()));
    for (Waiting waiting : group) {
      int applied = 0;
      for (Event event : waiting.events) {
        applied += added.remove(event.id()) ? 1 : 0;
      }
      waiting.receipt.complete(new Receipt(applied, waiting.events.size() - applied));
    }
  }

  /** Commits what waits, and refuses what comes. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
    try {
      committer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
