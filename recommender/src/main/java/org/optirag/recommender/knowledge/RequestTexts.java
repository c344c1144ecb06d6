package org.optirag.recommender.knowledge;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.optirag.dataset.Field;
import org.optirag.dataset.Items;
import org.optirag.dataset.Untitled;
import org.optirag.dataset.Users;
import org.optirag.scoring.PromptTexts;

/**
 * The texts that one request sees: its own first, then the newest, then the snapshot's. What was
 * read once stays as it was until the request is over. One thread's.
 */
public final class RequestTexts implements PromptTexts {
  private final KnowledgeSnapshot snapshot;
  private final Delta delta;
  private final Knowledge ids;
  private final Map<Integer, ItemText> read = new HashMap<>();
  private final Set<Integer> brought = new HashSet<>();

  /**
   * @param state of the knowledge
   */
  public RequestTexts(Knowledge knowledge, Knowledge.State state) {
    this.snapshot = state.snapshot();
    this.delta = state.delta();
    this.ids = knowledge;
  }

  /** What the request itself says of an item. */
  public void bring(int item, ItemText text) {
    read.put(item, text);
    brought.add(item);
  }

  /**
   * Adds those of the items whose texts are other than the snapshot's, or which it does not have.
   */
  public void addChanged(int[] items, Set<Integer> changed) {
    for (int item : items) {
      if (item >= snapshot.data().items().size()
          || brought.contains(item)
          || delta.text(item) != null) {
        changed.add(item);
      }
    }
  }

  @Override
  public String title(int item) {
    return text(item).title();
  }

  @Override
  public List<Field> fields(int item) {
    return text(item).fields();
  }

  private ItemText text(int item) {
    return read.computeIfAbsent(item, this::look);
  }

  private ItemText look(int item) {
    ItemText newest = delta.text(item);
    if (newest != null) {
      return newest;
    }
    Items items = snapshot.data().items();
    return item < items.size()
        ? new ItemText(items.title(item), items.fields(item))
        : new ItemText(Untitled.title(ids.itemId(item)), List.of());
  }

  @Override
  public List<Field> profile(int user) {
    List<Field> profile = delta.profile(user);
    if (profile != null) {
      return profile;
    }
    Users users = snapshot.data().users();
    return user < users.size() ? users.profiles().get(user) : List.of();
  }
}
