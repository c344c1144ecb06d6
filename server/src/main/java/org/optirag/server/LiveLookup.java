package org.optirag.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.optirag.server.http.Lookup;
import org.optirag.server.live.Catalogue;

/** Looks into the live data. */
final class LiveLookup implements Lookup {
  private static final int HISTORY = 50;

  private final Catalogue catalogue;

  LiveLookup(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  @Override
  public Optional<KnownItem> item(String id) {
    return catalogue.item(id).map(LiveLookup::known);
  }

  private static KnownItem known(Catalogue.ItemView item) {
    return new KnownItem(item.id(), item.title(), item.fields());
  }

  @Override
  public Optional<KnownUser> user(String id) {
    return catalogue
        .user(id, HISTORY)
        .map(user -> new KnownUser(user.id(), user.profile(), user.history()));
  }

  @Override
  public List<String> users(String prefix, int most) {
    return prefix.isEmpty() ? catalogue.exampleUsers(most) : catalogue.usersBeginning(prefix, most);
  }

  @Override
  public List<KnownItem> items(String prefix, int most) {
    if (!prefix.isEmpty()) {
      return catalogue.itemsBeginning(prefix, most).stream().map(LiveLookup::known).toList();
    }
    Map<String, KnownItem> some = new LinkedHashMap<>();
    for (char letter = 'a'; letter <= 'z' && some.size() < most; letter++) {
      catalogue
          .itemsBeginning(Character.toString(letter), 1)
          .forEach(item -> some.put(item.id(), known(item)));
    }
    return List.copyOf(some.values());
  }
}
