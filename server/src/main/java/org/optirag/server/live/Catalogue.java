package org.optirag.server.live;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Field;
import org.optirag.recommender.PromptSource.Told;
import org.optirag.recommender.knowledge.Knowledge;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.recommender.knowledge.LiveState;
import org.optirag.recommender.knowledge.Names;
import org.optirag.recommender.knowledge.RequestTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.UserUpdates;
import org.optirag.retrieval.VisibleHistory;

/** Looks up single users and items, as they are known now. Safe for use from many threads. */
public final class Catalogue {
  /** Users with fewer behaviours are no good examples. */
  private static final int WITH_A_HISTORY = 5;

  /** Of each part of the users, for an example. */
  private static final int MOST_LOOKED_AT = 1_000;

  private final LiveState liveState;

  Catalogue(LiveState liveState) {
    this.liveState = liveState;
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
   * @param events how many of these came as events; of an item the last counts
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
    OptionalInt number = liveState.item(id);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    Knowledge.State state = liveState.state();
    return Optional.of(view(state, number.getAsInt(), texts(state)));
  }

  private ItemView view(Knowledge.State state, int item, RequestTexts texts) {
    int[] received = state.snapshot().received(item);
    return new ItemView(
        liveState.itemId(item), texts.title(item), texts.fields(item), received[0], received[1]);
  }

  private RequestTexts texts(Knowledge.State state) {
    return new RequestTexts(liveState, state);
  }

  /**
   * A user, if he is known.
   *
   * @param most behaviours of the history
   */
  public Optional<UserView> user(String id, int most) {
    OptionalInt number = liveState.user(id);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    int user = number.getAsInt();
    Knowledge.State state = liveState.state();
    RequestTexts texts = texts(state);
    UserUpdates updates = new UserUpdates(user, state.delta().of(user), false);
    VisibleHistory visible = state.snapshot().visible().with(updates);
    List<Told> history = new ArrayList<>();
    for (Behaviour behaviour : visible.history(user, Long.MAX_VALUE, most)) {
      history.add(
          new Told(
              liveState.itemId(behaviour.item()),
              texts.title(behaviour.item()),
              behaviour.liked(),
              behaviour.time()));
    }
    return Optional.of(
        new UserView(
            id,
            texts.profile(user),
            history,
            visible.countOfUser(user),
            events(state.snapshot().told(), updates)));
  }

  /** Items of which a user told something, now or before. */
  private static long events(Behaviours told, UserUpdates updates) {
    IntStream before =
        IntStream.of(told.ofUser(updates.user(), Long.MAX_VALUE)).map(told.interactions()::item);
    IntStream now = updates.behaviours().stream().mapToInt(Behaviour::item);
    return IntStream.concat(before, now).distinct().count();
  }

  /** Some users with a history, from all over the data. */
  public List<String> exampleUsers(int most) {
    KnowledgeSnapshot snapshot = liveState.state().snapshot();
    Behaviours own = snapshot.visible().own();
    int users = snapshot.data().users().size();
    List<String> examples = new ArrayList<>();
    for (int n = 0; n < most; n++) {
      int from = (int) ((long) users * n / most);
      int to = (int) ((long) users * (n + 1) / most);
      for (int user = from; user < Math.min(to, from + MOST_LOOKED_AT); user++) {
        if (own.countOfUser(user) >= WITH_A_HISTORY) {
          examples.add(liveState.userId(user));
          break;
        }
      }
    }
    return examples;
  }

  /** Users whose ids begin so, in order; those of the last renewal. */
  public List<String> usersBeginning(String prefix, int most) {
    return liveState.state().snapshot().names().users(prefix, most);
  }

  /** Items whose titles begin so, upper and lower case being one, in the titles' order. */
  public List<ItemView> itemsBeginning(String prefix, int most) {
    Knowledge.State state = liveState.state();
    RequestTexts texts = texts(state);
    String wanted = Names.lower(prefix);
    // No more than twice as many are looked at, however many there are.
    Set<Integer> both = new LinkedHashSet<>(state.delta().itemsBeginning(wanted, most));
    for (int item : state.snapshot().names().items(prefix, most)) {
      both.add(item);
    }
    List<Integer> found = new ArrayList<>(both);
    found.removeIf(item -> !Names.lower(texts.title(item)).startsWith(wanted));
    found.sort((a, b) -> Names.lower(texts.title(a)).compareTo(Names.lower(texts.title(b))));
    return found.stream().limit(most).map(item -> view(state, item, texts)).toList();
  }
}
