package org.optirag.dataset;

import java.util.List;

/**
 * The users: ids and profile fields. Immutable.
 *
 * @param ids user ids in the order of their numbers
 * @param profiles per user the profile fields (age, occupation, …), possibly none
 */
public record Users(IdIndex ids, List<List<Field>> profiles) {
  /** Copies the lists. */
  public Users {
    profiles = profiles.stream().map(List::copyOf).toList();
    if (profiles.size() != ids.size()) {
      throw new IllegalArgumentException(
          ids.size() + " users but " + profiles.size() + " profiles");
    }
  }

  /** How many users there are. */
  public int size() {
    return ids.size();
  }
}
