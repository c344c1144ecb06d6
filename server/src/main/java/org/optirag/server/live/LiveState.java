package org.optirag.server.live;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.retrieval.Behaviour;
import org.optirag.server.events.Event;
import org.optirag.server.store.StoredEvent;

/**
 * The snapshot and what came after it. A request takes both at once, and they stay together: while
 * a new snapshot is made, what comes is added to the present and to the future as well, and then
 * the two change places. Safe for use from many threads.
 */
final class LiveState {
  private final GrowingIds users;
  private final GrowingIds items;
  private final boolean timed;
  private final ReentrantLock applying = new ReentrantLock();
  private volatile State state;
  private @Nullable Delta future;
  private long applied;
  private long interactions;
  private long nextPlace;

  /** What a request sees. */
  record State(KnowledgeSnapshot snapshot, Delta delta) {}

  /** What a new snapshot is to know: the old one's knowledge and what came since. */
  record Capture(
      KnowledgeSnapshot snapshot,
      Interactions rows,
      Map<Integer, ItemText> texts,
      Map<Integer, List<Field>> profiles,
      int users,
      int items,
      long sequence) {}

  LiveState(Dataset data, Split split) {
    this.users = new GrowingIds(data.users().ids());
    this.items = new GrowingIds(data.items().ids());
    this.timed = data.timed();
    this.state = new State(KnowledgeSnapshot.of(data, split), new Delta());
    this.nextPlace = state.snapshot.end();
  }

  State state() {
    return state;
  }

  GrowingIds users() {
    return users;
  }

  GrowingIds items() {
    return items;
  }

  /** Whether times are seconds since 1970. */
  boolean timed() {
    return timed;
  }

  /** The last event that requests see. */
  long applied() {
    applying.lock();
    try {
      return applied;
    } finally {
      applying.unlock();
    }
  }

  /** How many interactions came since the data were imported. */
  long interactions() {
    applying.lock();
    try {
      return interactions;
    } finally {
      applying.unlock();
    }
  }

  /** Lets requests see an event, unless they do already. To be called in order of sequence. */
  void apply(StoredEvent stored) {
    applying.lock();
    try {
      if (stored.sequence() <= applied) {
        return;
      }
      switch (stored.event()) {
        case Event.Interacted met -> {
          int user = users.numbered(met.user());
          Behaviour behaviour =
              new Behaviour(
                  items.numbered(met.item()),
                  (float) met.rating().orElse(Double.NaN),
                  met.liked(),
                  time(met, stored.received()));
          for (Delta each : everyDelta()) {
            each.met(user, behaviour);
          }
          interactions++;
        }
        case Event.Described told -> {
          int item = items.numbered(told.item());
          ItemText text = new ItemText(told.title(), told.fields());
          everyDelta().forEach(each -> each.described(item, text));
        }
        case Event.Introduced told -> {
          int user = users.numbered(told.user());
          everyDelta().forEach(each -> each.introduced(user, told.profile()));
        }
      }
      applied = stored.sequence();
    } finally {
      applying.unlock();
    }
  }

  private List<Delta> everyDelta() {
    return future == null ? List.of(state.delta) : List.of(state.delta, future);
  }

  /** A sender whose clock is ahead does not act in the future; without times, order counts. */
  private long time(Event.Interacted met, long received) {
    return timed ? Math.min(met.time(), received) : nextPlace++;
  }

  /** What came up to now, for a new snapshot; what comes from now on is kept for it. */
  Capture capture() {
    applying.lock();
    try {
      Delta delta = state.delta;
      future = new Delta();
      return new Capture(
          state.snapshot,
          delta.rows().inOrderOfTime(),
          new HashMap<>(delta.items()),
          new HashMap<>(delta.profiles()),
          users.size(),
          items.size(),
          applied);
    } finally {
      applying.unlock();
    }
  }

  /** Puts a snapshot made of the last capture into the place of the old one. */
  void replace(KnowledgeSnapshot snapshot) {
    applying.lock();
    try {
      if (future == null) {
        throw new IllegalStateException("nothing was captured");
      }
      state = new State(snapshot, future);
      future = null;
    } finally {
      applying.unlock();
    }
  }

  /** Leaves the old snapshot in its place. */
  void abandon() {
    applying.lock();
    try {
      future = null;
    } finally {
      applying.unlock();
    }
  }
}
