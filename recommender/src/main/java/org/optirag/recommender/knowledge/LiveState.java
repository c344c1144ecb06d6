package org.optirag.recommender.knowledge;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.retrieval.Behaviour;

/**
 * The snapshot and what came after it. A request takes both at once, and they stay together: while
 * a new snapshot is made, what comes is added to the present and to the future as well, and then
 * the two change places. Safe for use from many threads.
 */
public final class LiveState implements Knowledge {
  private final GrowingIds users;
  private final GrowingIds items;
  private final ImportedRows imported;
  private final ReentrantLock applying = new ReentrantLock();
  private volatile State state;
  private @Nullable Delta future;
  private long applied;
  private long interactions;
  private long nextPlace;
  private long latest = Long.MIN_VALUE;

  /** What a new snapshot is to know: the old one's knowledge and what came since. */
  record Capture(
      ImportedRows imported,
      KnowledgeSnapshot snapshot,
      Interactions rows,
      Map<Integer, ItemText> texts,
      Map<Integer, List<Field>> profiles,
      int users,
      int items,
      long sequence) {}

  /**
   * As it was imported, before any event.
   *
   * @param split others are known to have done what is in its training part; a user's own history
   *     is all of his data
   */
  public LiveState(Dataset data, Split split) {
    this.users = new GrowingIds(data.users().ids());
    this.items = new GrowingIds(data.items().ids());
    this.state = new State(KnowledgeSnapshot.of(data, split).prepared(), new Delta());
    this.imported = ImportedRows.of(data, state.snapshot().visible());
    this.nextPlace = state.snapshot().end();
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public OptionalInt user(String id) {
    return users.number(id);
  }

  @Override
  public OptionalInt item(String id) {
    return items.number(id);
  }

  @Override
  public String userId(int number) {
    return users.id(number);
  }

  @Override
  public String itemId(int number) {
    return items.id(number);
  }

  /** How many users have a number. */
  public int userCount() {
    return users.size();
  }

  /** How many items have a number. */
  public int itemCount() {
    return items.size();
  }

  /** The last event that requests see. */
  public long applied() {
    applying.lock();
    try {
      return applied;
    } finally {
      applying.unlock();
    }
  }

  /** How many interactions came since the data were imported. */
  public long interactions() {
    applying.lock();
    try {
      return interactions;
    } finally {
      applying.unlock();
    }
  }

  /**
   * Brings many events together before the first request comes; what they leave is as if each had
   * been applied and then everything renewed.
   *
   * @param events applies them
   */
  public void open(Runnable events) {
    KnowledgeSnapshot imports = state.snapshot();
    state = new State(imports, Delta.unasked());
    events.run();
    if (!renew(snapshot -> {})) {
      state = new State(imports, new Delta());
    }
  }

  /** How many events came since the snapshot was made. */
  public int behind() {
    applying.lock();
    try {
      return state.delta().size();
    } finally {
      applying.unlock();
    }
  }

  /** How many rows of interactions it holds. */
  public int rows() {
    applying.lock();
    try {
      return state.snapshot().visible().own().interactions().size() + state.delta().rows().size();
    } finally {
      applying.unlock();
    }
  }

  /**
   * Lets requests see an event, unless they do already.
   *
   * @param sequence its place in the order of all events; to be called in this order
   * @param received when it was taken, in seconds since 1970
   */
  public void apply(long sequence, long received, Event event) {
    applying.lock();
    try {
      if (sequence <= applied) {
        return;
      }
      // The order is the store's: a clock that steps back makes nothing that was told later
      // earlier.
      latest = Math.max(latest, received);
      switch (event) {
        case Event.Interacted met -> {
          int user = users.numbered(met.user());
          Behaviour behaviour =
              new Behaviour(
                  items.numbered(met.item()),
                  (float) met.rating().orElse(Double.NaN),
                  met.liked(),
                  time(met.received(latest), latest));
          if (!outdated(user, behaviour)) {
            everyDelta().forEach(each -> each.met(user, behaviour));
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
      applied = sequence;
    } finally {
      applying.unlock();
    }
  }

  /**
   * Whether something later is known of the user and the item, however late it was told: of what a
   * user says of an item the last counts, as in an import.
   */
  private boolean outdated(int user, Behaviour behaviour) {
    int item = behaviour.item();
    long time = behaviour.time();
    return imported.later(user, item, time)
        || ImportedRows.later(state.snapshot().told(), user, item, time)
        || state.delta().later(user, item, time);
  }

  private List<Delta> everyDelta() {
    return future == null ? List.of(state.delta()) : List.of(state.delta(), future);
  }

  /** A sender whose clock is ahead does not act in the future; without times, order counts. */
  private long time(Event.Interacted met, long received) {
    return imported.data().timed() ? Math.min(met.time(), received) : nextPlace++;
  }

  /**
   * Brings everything that is known together into a new snapshot, which requests then see; one
   * caller at a time.
   *
   * @param prepare makes what requests will need of the new snapshot, before they see it
   * @return whether there was anything new
   */
  public boolean renew(Consumer<KnowledgeSnapshot> prepare) {
    if (state.delta().isEmpty()) {
      return false;
    }
    try {
      KnowledgeSnapshot snapshot = Renewal.of(capture(), users, items).prepared();
      prepare.accept(snapshot);
      replace(snapshot);
      return true;
    } catch (RuntimeException | Error e) {
      abandon();
      throw e;
    }
  }

  /** What came up to now, for a new snapshot; what comes from now on is kept for it. */
  private Capture capture() {
    applying.lock();
    try {
      Delta delta = state.delta();
      future = new Delta();
      return new Capture(
          imported,
          state.snapshot(),
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
  private void replace(KnowledgeSnapshot snapshot) {
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
  private void abandon() {
    applying.lock();
    try {
      future = null;
    } finally {
      applying.unlock();
    }
  }
}
