package org.optirag.server.live;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.store.Appended;
import org.optirag.server.store.EventStore;
import org.optirag.server.store.StoredEvent;

/** Events in memory, that several services may share; sequence numbers have gaps. */
final class MemoryStore implements EventStore {
  private final boolean shared;
  private final List<StoredEvent> events = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private boolean away;

  MemoryStore(boolean shared) {
    this.shared = shared;
  }

  synchronized void away(boolean now) {
    away = now;
  }

  @Override
  public synchronized Appended append(List<? extends Event> more, long received) {
    refuseWhileAway();
    long before = events.isEmpty() ? 0 : events.getLast().sequence();
    List<StoredEvent> added = new ArrayList<>();
    for (Event event : more) {
      if (ids.add(event.id())) {
        added.add(new StoredEvent(before + 2L * (added.size() + 1), received, event));
      }
    }
    events.addAll(added);
    return new Appended(before, added);
  }

  @Override
  public void read(long after, Consumer<StoredEvent> each) {
    List<StoredEvent> now;
    synchronized (this) {
      refuseWhileAway();
      now = events.stream().filter(stored -> stored.sequence() > after).toList();
    }
    now.forEach(each);
  }

  private void refuseWhileAway() {
    if (away) {
      throw new EventsRefusedException("away", new IllegalStateException());
    }
  }

  @Override
  public boolean shared() {
    return shared;
  }

  @Override
  public void snapshot(Path target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
