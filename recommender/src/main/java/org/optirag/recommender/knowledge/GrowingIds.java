package org.optirag.recommender.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.optirag.dataset.IdIndex;

/**
 * The numbers of users or items: those of the data first, then new ones as they come; a number is
 * for good. One thread adds, many read.
 */
final class GrowingIds {
  private final IdIndex base;
  private final Map<String, Integer> added = new ConcurrentHashMap<>();
  private final List<String> order = new ArrayList<>(); // guarded by itself

  GrowingIds(IdIndex base) {
    this.base = base;
  }

  OptionalInt number(String id) {
    OptionalInt known = base.number(id);
    if (known.isPresent()) {
      return known;
    }
    Integer number = added.get(id);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** The number of an id, a new one if it has none. */
  int numbered(String id) {
    OptionalInt known = number(id);
    if (known.isPresent()) {
      return known.getAsInt();
    }
    int number;
    synchronized (order) {
      number = base.size() + order.size();
      order.add(id);
    }
    added.put(id, number);
    return number;
  }

  String id(int number) {
    if (number < base.size()) {
      return base.id(number);
    }
    synchronized (order) {
      return order.get(number - base.size());
    }
  }

  int size() {
    synchronized (order) {
      return base.size() + order.size();
    }
  }

  /** The first {@code size} ids. */
  IdIndex first(int size) {
    if (size == base.size()) {
      return base;
    }
    List<String> ids = new ArrayList<>(base.ids());
    synchronized (order) {
      ids.addAll(order.subList(0, size - base.size()));
    }
    return new IdIndex(ids);
  }
}
