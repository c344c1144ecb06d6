package org.optirag.dataset;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Numbers the ids of users or items 0, 1, 2, … in a fixed order. Immutable. */
public final class IdIndex {
  private final List<String> ids;
  private final Map<String, Integer> numbers;

  /**
   * @param ids each id once
   * @throws IllegalArgumentException if an id stands twice
   */
  public IdIndex(List<String> ids) {
    this.ids = List.copyOf(ids);
    this.numbers = HashMap.newHashMap(ids.size());
    for (int i = 0; i < this.ids.size(); i++) {
      Integer before = numbers.put(this.ids.get(i), i);
      if (before != null) {
        throw new IllegalArgumentException(
            "id " + this.ids.get(i) + " stands at " + before + " and at " + i);
      }
    }
  }

  /** How many ids there are. */
  public int size() {
    return ids.size();
  }

  /** The id with the given number. */
  public String id(int number) {
    return ids.get(number);
  }

  /** The number of an id, or empty if it is unknown. */
  public OptionalInt number(String id) {
    Integer number = numbers.get(id);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** All ids in order. */
  public List<String> ids() {
    return ids;
  }
}
