package org.optirag.server.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Field;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.News;
import org.optirag.server.ranking.PromptSource.Told;

/** Looks up single users and items, as they are known now. Safe for use from many threads. */
public final class Catalogue {
  /** Users with fewer behaviours are no good examples. */
  private static final int WITH_A_HISTORY = 5;

  private final Present present;

  Catalogue(Present present) {
    this.present = present;
  }

  /**
   * What is known of an item.
   *
   * @param id the item's id
   * @param title what it is called
   * @param fields further texts
   * @param seen how many users met it, as of the last renewal
   * @param liked how many of them liked it
   */
  public record ItemView(String id, String title, List<Field> fields, int seen, int liked) {
    /** Copies the list. */
    public ItemView {
      fields = List.copyOf(fields);
    }
  }

  /**
   * What is known of a user.
   *
   * @param id the user's id
   * @param profile for instance age and occupation
   * @param history the latest behaviours that prompts may tell, oldest first
   * @param behaviours how many there are in all
   * @param events how many of these came as events
   */
  public record UserView(
      String id, List<Field> profile, List<Told> history, int behaviours, long events) {
    /** Copies the lists. */
    public UserView {
      profile = List.copyOf(profile);
      history = List.copyOf(history);
    }
  }

  /** An item, if it is known. */
  public Optional<ItemView> item(String id) {
    OptionalInt number = present.items().number(id);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    Present.State state = present.state();
    return Optional.of(view(state, number.getAsInt(), texts(state)));
  }

  private ItemView view(Present.State state, int item, RequestTexts texts) {
    int[] received = state.world().received(item);
    return new ItemView(
        present.items().id(item), texts.title(item), texts.fields(item), received[0], received[1]);
  }

  private RequestTexts texts(Present.State state) {
    return new RequestTexts(state.world(), state.fresh(), present.items());
  }

  /**
   * A user, if he is known.
   *
   * @param most behaviours of the history
   */
  public Optional<UserView> user(String id, int most) {
    OptionalInt number = present.users().number(id);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    int user = number.getAsInt();
    Present.State state = present.state();
    RequestTexts texts = texts(state);
    List<Behaviour> fresh = state.fresh().of(user);
    List<Told> history = new ArrayList<>();
    for (Behaviour behaviour :
        state
            .world()
            .witness()
            .with(new News(user, fresh, false))
            .history(user, Long.MAX_VALUE, most)) {
      history.add(
          new Told(
              present.items().id(behaviour.item()),
              texts.title(behaviour.item()),
              behaviour.liked(),
              behaviour.time()));
    }
    return Optional.of(
        new UserView(
            id,
            texts.profile(user),
            history,
            state.world().witness().own().countOfUser(user) + fresh.size(),
            state.world().events(user) + fresh.size()));
  }

  /** Some users with a history, from all over the data. */
  public List<String> exampleUsers(int most) {
    World world = present.state().world();
    Behaviours own = world.witness().own();
    int users = world.data().users().size();
    List<String> examples = new ArrayList<>();
    for (int n = 0; n < most; n++) {
      int from = (int) ((long) users * n / most);
      int to = (int) ((long) users * (n + 1) / most);
      for (int user = from; user < to; user++) {
        if (own.countOfUser(user) >= WITH_A_HISTORY) {
          examples.add(present.users().id(user));
          break;
        }
      }
    }
    return examples;
  }

  /** Users whose ids begin so, in order; those of the last renewal. */
  public List<String> usersBeginning(String prefix, int most) {
    return present.state().world().names().users(prefix, most);
  }

  /** Items whose titles begin so, upper and lower case being one, in the titles' order. */
  public List<ItemView> itemsBeginning(String prefix, int most) {
    Present.State state = present.state();
    RequestTexts texts = texts(state);
    String wanted = Names.lower(prefix);
    List<Integer> found = new ArrayList<>();
    for (int item : state.world().names().items(prefix, most)) {
      found.add(item);
    }
    for (Map.Entry<Integer, ItemText> newer : state.fresh().items().entrySet()) {
      if (!found.contains(newer.getKey())
          && Names.lower(newer.getValue().title()).startsWith(wanted)) {
        found.add(newer.getKey());
      }
    }
    found.removeIf(item -> !Names.lower(texts.title(item)).startsWith(wanted));
    found.sort((a, b) -> Names.lower(texts.title(a)).compareTo(Names.lower(texts.title(b))));
    return found.stream().limit(most).map(item -> view(state, item, texts)).toList();
  }
}
