package org.optirag.retrieval;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one user did since the behaviours of all were brought together: so his next request knows of
 * it at once.
 *
 * @param user the user's number
 * @param behaviours at most one for an item; they may lie between behaviours that were known
 *     before, and replace those of the same items
 * @param likes whether his likes are others than those that the graph was trained on, here or among
 *     the behaviours of all: his embedding is then folded in from his history
 */
public record UserUpdates(int user, List<Behaviour> behaviours, boolean likes) {
  /** Nobody did anything. */
  public static final UserUpdates NONE = new UserUpdates(-1, List.of(), false);

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if an item is met twice
   */
  public UserUpdates {
    behaviours = List.copyOf(behaviours);
    if (behaviours.stream().map(Behaviour::item).distinct().count() < behaviours.size()) {
      throw new IllegalArgumentException("the last behaviour of an item counts, " + behaviours);
    }
  }

  /** The items that he met. */
  Set<Integer> items() {
    return behaviours.stream().map(Behaviour::item).collect(Collectors.toUnmodifiableSet());
  }

  /** Whether the user likes others than his trained embedding knows. */
  boolean outgrows(int asked) {
    return asked == user && likes;
  }
}
