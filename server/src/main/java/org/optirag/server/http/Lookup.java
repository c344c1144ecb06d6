package org.optirag.server.http;

import java.util.List;
import java.util.Optional;
import org.optirag.dataset.Field;
import org.optirag.recommender.PromptSource;

/** What the service knows of items and users now. Safe for use from many threads. */
public interface Lookup {
  /**
   * An item.
   *
   * @param id its id
   * @param title its title
   * @param fields further texts
   */
  record KnownItem(String id, String title, List<Field> fields) {
    /** Copies the list. */
    public KnownItem {
      fields = List.copyOf(fields);
    }
  }

  /**
   * A user.
   *
   * @param id the user's id
   * @param profile for instance age and occupation
   * @param history all that is known, or the latest of it, oldest first
   */
  record KnownUser(String id, List<Field> profile, List<PromptSource.Told> history) {
    /** Copies the lists. */
    public KnownUser {
      profile = List.copyOf(profile);
      history = List.copyOf(history);
    }
  }

  /** An item by its id. */
  Optional<KnownItem> item(String id);

  /** A user by the id. */
  Optional<KnownUser> user(String id);

  /**
   * Users whose ids begin so, in order; of no beginning, some with a history.
   *
   * @param most how many
   */
  List<String> users(String prefix, int most);

  /**
   * Items whose titles begin so, upper and lower case being one; of no beginning, some from all
   * over.
   *
   * @param most how many
   */
  List<KnownItem> items(String prefix, int most);
}
