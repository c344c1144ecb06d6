package org.optirag.server.store;

import java.util.List;

/**
 * What a transaction added.
 *
 * @param before the last sequence number before it, 0 if there was none
 * @param added the events that were new, in order
 */
public record Appended(long before, List<StoredEvent> added) {
  /** Copies the list. */
  public Appended {
    added = List.copyOf(added);
  }
}
