package org.optirag.server.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.optirag.server.events.Event;
import org.optirag.server.events.FeedbackIntake;

/**
 * Batches that arrive while a transaction is under way share the next one: a disk that forces a
 * hundred times a second then takes many thousand events. Whoever comes first commits for all that
 * wait; there is no thread of its own. Safe for use from many threads.
 */
public final class GroupCommit implements FeedbackIntake {
  /** Most events of a transaction, unless a single batch has more. */
  private static final int MOST = 5_000;

  private final EventStore store;
  private final LongSupplier seconds;
  private final Consumer<Appended> appended;
  private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
  private final ReentrantLock committing = new ReentrantLock();

  /** A batch, until its transaction is over. Guarded by the lock. */
  private static final class Waiting {
    final List<Event> events;
    @Nullable Receipt receipt;
    @Nullable RuntimeException refusal;

    Waiting(List<Event> events) {
      this.events = events;
    }

    boolean over() {
      return receipt != null || refusal != null;
    }
  }

  /**
   * @param seconds the service's clock, seconds since 1970
   * @param appended is told of every transaction, in order and before the batches are acknowledged
   */
  public GroupCommit(EventStore store, LongSupplier seconds, Consumer<Appended> appended) {
    this.store = store;
    this.seconds = seconds;
    this.appended = appended;
  }

  @Override
  public Receipt accept(List<? extends Event> events) {
    events.forEach(EventColumns::check); // so that a bad text refuses its own batch alone
    Waiting mine = new Waiting(List.copyOf(events));
    queue.add(mine);
    committing.lock();
    try {
      while (!mine.over()) {
        commit();
      }
    } finally {
      committing.unlock();
    }
    if (mine.refusal != null) {
      throw mine.refusal;
    }
    return java.util.Objects.requireNonNull(mine.receipt);
  }

  private void commit() {
    List<Waiting> group = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    for (Waiting next = queue.peek();
        next != null && (group.isEmpty() || events.size() + next.events.size() <= MOST);
        next = queue.peek()) {
      group.add(queue.remove());
      events.addAll(next.events);
    }
    try {
      Appended result = store.append(events, seconds.getAsLong());
      appended.accept(result);
      Set<String> added = HashSet.newHashSet(result.added().size());
      result.added().forEach(stored -> added.add(stored.event().id()));
      for (Waiting waiting : group) {
        int applied = 0;
        for (Event event : waiting.events) {
          applied += added.remove(event.id()) ? 1 : 0;
        }
        waiting.receipt = new Receipt(applied, waiting.events.size() - applied);
      }
    } catch (RuntimeException e) {
      group.forEach(waiting -> waiting.refusal = e);
    }
  }
}
