package org.optirag.recommender.knowledge;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.PublishedSplit;
import org.optirag.dataset.Untitled;
import org.optirag.dataset.Users;
import org.optirag.retrieval.Horizon;
import org.optirag.retrieval.VisibleHistory;

/**
 * Makes a snapshot of an older one and what came since. Events are to it what the training part
 * was: their labels, likes and dislikes, are part of what everybody is known to have done. They
 * replace what was known of the same users and items.
 */
final class Renewal {
  private Renewal() {}

  static KnowledgeSnapshot of(LiveState.Capture capture, GrowingIds userIds, GrowingIds itemIds) {
    KnowledgeSnapshot old = capture.snapshot();
    Interactions rows = capture.rows();
    Users users = users(old.data().users(), capture, userIds);
    Items items = items(old.data().items(), capture, itemIds);
    Interactions told = Pairs.of(rows).others(old.told().interactions()).merged(rows);
    Pairs replacing = Pairs.of(told);
    VisibleHistory before = capture.imported().visible();
    Interactions own = replacing.others(before.own().interactions()).merged(told);
    Interactions others = replacing.others(before.others().interactions()).merged(told);
    VisibleHistory visible =
        new VisibleHistory(
            new Behaviours(own, capture.users(), capture.items()),
            new Behaviours(others, capture.users(), capture.items()),
            before.visibility(),
            Horizon.of(others, before.horizon().block()));
    return new KnowledgeSnapshot(
        new Dataset(
            old.data().name(),
            old.data().noun(),
            users,
            items,
            own,
            PublishedSplit.none(),
            old.data().timed()),
        visible,
        likers(before.own().interactions(), replacing, told),
        new Behaviours(told, capture.users(), capture.items()),
        capture.sequence(),
        capture.texts().isEmpty()
                && users.size() == old.data().users().size()
                && items.size() == old.data().items().size()
            ? old.names()
            : Names.of(users, items));
  }

  /** Users that like something new, or do not like any more what they did. */
  private static BitSet likers(Interactions imported, Pairs replacing, Interactions told) {
    BitSet likers = new BitSet();
    replacing
        .replaced(imported)
        .filter(imported::label)
        .forEach(row -> likers.set(imported.user(row)));
    for (int row = 0; row < told.size(); row++) {
      if (told.label(row)) {
        likers.set(told.user(row));
      }
    }
    return likers;
  }

  private static Users users(Users old, LiveState.Capture capture, GrowingIds ids) {
    Map<Integer, List<Field>> changed = capture.profiles();
    if (changed.isEmpty() && capture.users() == old.size()) {
      return old;
    }
    List<List<Field>> profiles = new ArrayList<>(capture.users());
    for (int user = 0; user < capture.users(); user++) {
      List<Field> profile = changed.get(user);
      profiles.add(
          profile != null ? profile : user < old.size() ? old.profiles().get(user) : List.of());
    }
    return new Users(ids.first(capture.users()), profiles);
  }

  private static Items items(Items old, LiveState.Capture capture, GrowingIds ids) {
    Map<Integer, ItemText> changed = capture.texts();
    if (changed.isEmpty() && capture.items() == old.size()) {
      return old;
    }
    List<String> titles = new ArrayList<>(capture.items());
    List<List<Field>> fields = new ArrayList<>(capture.items());
    for (int item = 0; item < capture.items(); item++) {
      @Nullable ItemText text = changed.get(item);
      boolean known = item < old.size();
      titles.add(
          text != null ? text.title() : known ? old.title(item) : Untitled.title(ids.id(item)));
      fields.add(text != null ? text.fields() : known ? old.fields(item) : List.of());
    }
    return new Items(ids.first(capture.items()), titles, fields);
  }
}
