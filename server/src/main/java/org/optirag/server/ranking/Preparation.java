package org.optirag.server.ranking;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that look up features and write prompts, one client's turn after another's. They
 * are the system's own threads: what computes on the virtual ones of the requests would hold up
 * whoever asks for anything else, health included. Safe for use from many threads.
 */
final class Preparation {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Map<String, Deque<Task<?>>> lines = new LinkedHashMap<>(); // in order of turns
  private boolean closed;

  /**
   * Work that is begun at most once, or given up before.
   *
   * @param done its result, for who waits
   * @param begun whether somebody has it
   * @param ended when it uses nothing any more
   */
  record Task<T>(
      Supplier<T> work,
      CompletableFuture<T> done,
      AtomicBoolean begun,
      CompletableFuture<Boolean> ended) {
    /** Whether it was given up; what has begun ends by itself. */
    boolean giveUp() {
      return begun.compareAndSet(false, true);
    }

    private void run() {
      if (begun.compareAndSet(false, true)) {
        try {
          done.complete(work.get());
        } catch (RuntimeException | Error e) {
          done.completeExceptionally(e);
        } finally {
          ended.complete(true);
        }
      }
    }
  }

  Preparation(int threads) {
    for (int i = 0; i < threads; i++) {
      Thread.ofPlatform().name("prepare-" + i).daemon().start(this::work);
    }
  }

  <T> Task<T> submit(String client, Supplier<T> work) {
    Task<T> task =
        new Task<>(work, new CompletableFuture<>(), new AtomicBoolean(), new CompletableFuture<>());
    lock.lock();
    try {
      if (closed) {
        throw new EndingException();
      }
      lines.computeIfAbsent(client, name -> new ArrayDeque<>()).add(task);
      arrived.signal();
    } finally {
      lock.unlock();
    }
    return task;
  }

  private void work() {
    for (Task<?> task = next(); task != null; task = next()) {
      task.run();
    }
  }

  /** The next client's first task; that client's turn then comes after all others'. */
  private @Nullable Task<?> next() {
    lock.lock();
    try {
      while (lines.isEmpty() && !closed) {
        arrived.awaitUninterruptibly();
      }
      if (lines.isEmpty()) {
        return null;
      }
      Iterator<Map.Entry<String, Deque<Task<?>>>> turns = lines.entrySet().iterator();
      Map.Entry<String, Deque<Task<?>>> turn = turns.next();
      String client = turn.getKey();
      Deque<Task<?>> line = turn.getValue();
      turns.remove();
      Task<?> task = line.remove();
      if (!line.isEmpty()) {
        lines.put(client, line);
      }
      return task;
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more, and gives up what has not begun. */
  void close() {
    List<Task<?>> waiting = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      lines.values().forEach(waiting::addAll);
      lines.clear();
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    for (Task<?> task : waiting) {
      if (task.giveUp()) {
        task.done().completeExceptionally(new EndingException());
      }
    }
  }
}
