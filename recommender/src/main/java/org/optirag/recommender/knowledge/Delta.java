package org.optirag.recommender.knowledge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.retrieval.Behaviour;

/** What came after a {@link KnowledgeSnapshot} was made. One thread adds, many read. */
public final class Delta {
  private final Rows rows = new Rows();
  private final boolean asked;
  private final Map<Integer, Map<Integer, Behaviour>> behaviours = new ConcurrentHashMap<>();
  private final Map<Integer, ItemText> items = new ConcurrentHashMap<>();
  private final NavigableMap<String, Integer> titles = new ConcurrentSkipListMap<>();
  private final Map<Integer, List<Field>> profiles = new ConcurrentHashMap<>();

  /** One that requests read. */
  public Delta() {
    this(true);
  }

  private Delta(boolean asked) {
    this.asked = asked;
  }

  /**
   * One that no request reads, for what is brought together at once: rows alone, so that a store of
   * millions of events can be opened. It knows of no user what he did.
   */
  static Delta unasked() {
    return new Delta(false);
  }

  /** Takes the place of what the user did with the item before. */
  void met(int user, Behaviour behaviour) {
    rows.add(user, behaviour);
    if (!asked) {
      return;
    }
    Map<Integer, Behaviour> own = behaviours.computeIfAbsent(user, key -> new LinkedHashMap<>());
    synchronized (own) {
      own.remove(behaviour.item()); // so that the newest is told last
      own.put(behaviour.item(), behaviour);
    }
  }

  /** Whether the user did something with the item later than a moment. */
  boolean later(int user, int item, long time) {
    Map<Integer, Behaviour> own = behaviours.get(user);
    if (own == null) {
      return false;
    }
    synchronized (own) {
      Behaviour known = own.get(item);
      return known != null && known.time() > time;
    }
  }

  void described(int item, ItemText text) {
    ItemText before = items.put(item, text);
    if (before != null) {
      titles.remove(key(before.title(), item));
    }
    titles.put(key(text.title(), item), item);
  }

  /** Titles in order, each with the number that parts it from others that are the same. */
  private static String key(String title, int item) {
    return Names.lower(title) + '\0' + item;
  }

  /**
   * Items that are new or whose texts changed, whose titles begin so, in the titles' order.
   *
   * @param prefix in {@linkplain Names#lower lower case}
   */
  public List<Integer> itemsBeginning(String prefix, int most) {
    return titles.tailMap(prefix, true).entrySet().stream()
        .takeWhile(title -> title.getKey().startsWith(prefix))
        .limit(most)
        .map(Map.Entry::getValue)
        .toList();
  }

  void introduced(int user, List<Field> profile) {
    profiles.put(user, profile);
  }

  /** What the user did last with each item, in the order in which it was told. */
  public List<Behaviour> of(int user) {
    Map<Integer, Behaviour> own = behaviours.get(user);
    if (own == null) {
      return List.of();
    }
    synchronized (own) {
      return List.copyOf(own.values());
    }
  }

  public @Nullable ItemText text(int item) {
    return items.get(item);
  }

  @Nullable List<Field> profile(int user) {
    return profiles.get(user);
  }

  public boolean hasTexts() {
    return !items.isEmpty();
  }

  public boolean isEmpty() {
    return rows.size() == 0 && items.isEmpty() && profiles.isEmpty();
  }

  /** For the thread that adds. */
  Rows rows() {
    return rows;
  }

  /** How much there is of it. */
  int size() {
    return rows.size() + items.size() + profiles.size();
  }

  /** The texts that are new or changed; live. */
  public Map<Integer, ItemText> items() {
    return items;
  }

  /** The profiles that are new or changed; live. */
  Map<Integer, List<Field>> profiles() {
    return profiles;
  }
}
