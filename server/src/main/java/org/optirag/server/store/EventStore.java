package org.optirag.server.store;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.optirag.recommender.knowledge.Event;

/**
 * Durable events. Sequence numbers become visible in ascending order, whoever appends: a reader
 * that asks for what comes after the last number it saw never misses one. Safe for use from many
 * threads.
 */
public interface EventStore extends AutoCloseable {

  /**
   * Appends in one transaction: all events that are new by their id, or nothing. When this returns
   * they survive a crash of the process and of the machine.
   *
   * @param events an id may stand twice; the first counts
   * @param received the service's time, in seconds since 1970
   * @throws IllegalArgumentException if a text cannot be stored: it holds a NUL, or half of a
   *     surrogate pair
   * @throws org.optirag.server.events.EventsRefusedException if the store cannot take them now.
   *     They may have become durable where the connection broke in the last step; sending them
   *     again is safe
   */
  Appended append(List<? extends Event> events, long received);

  /**
   * Hands over every event after a sequence number, in order.
   *
   * @throws org.optirag.server.events.EventsRefusedException if the store cannot be read now; some
   *     events may have been handed over
   */
  void read(long after, Consumer<StoredEvent> each);

  /** Whether others append to the same store, so that one has to look for their events. */
  boolean shared();

  /**
   * Writes a copy of everything that is durable now to a new file, while the store is in use.
   *
   * @throws org.optirag.workspace.UserException if the file is there already or cannot be written,
   *     or the store has tools of its own for this
   */
  void snapshot(Path target);

  /** Waits for a transaction under way. */
  @Override
  void close();
}
