package org.optirag.recommender.knowledge;

import java.util.List;
import java.util.OptionalDouble;
import org.optirag.dataset.Field;

/** Something that happened, told once: an event with an id that is known is not applied again. */
public sealed interface Event {
  /** Names the event for good; chosen by who sends it. */
  String id();

  /**
   * A user met an item.
   *
   * @param id names the event
   * @param user the user's id; one that is not known becomes known
   * @param item the item's id; one that is not known becomes known, without a title: {@link
   *     org.optirag.dataset.Untitled} names it
   * @param liked the label
   * @param rating as given, if one was given
   * @param time in seconds since 1970, or {@link #WHEN_RECEIVED}
   */
  record Interacted(
      String id, String user, String item, boolean liked, OptionalDouble rating, long time)
      implements Event {
    /**
     * In place of a time: the sender gave none, so the moment counts at which it became durable.
     */
    public static final long WHEN_RECEIVED = Long.MIN_VALUE;

    /** The same at the moment at which it became durable, if it has no time of its own. */
    public Interacted received(long moment) {
      return time == WHEN_RECEIVED ? new Interacted(id, user, item, liked, rating, moment) : this;
    }
  }

  /**
   * An item's texts, new or changed.
   *
   * @param id names the event
   * @param item the item's id
   * @param title what it is called
   * @param fields further texts
   */
  record Described(String id, String item, String title, List<Field> fields) implements Event {
    /** Copies the list. */
    public Described {
      fields = List.copyOf(fields);
    }
  }

  /**
   * A user's profile, new or changed.
   *
   * @param id names the event
   * @param user the user's id
   * @param profile for instance age and occupation
   */
  record Introduced(String id, String user, List<Field> profile) implements Event {
    /** Copies the list. */
    public Introduced {
      profile = List.copyOf(profile);
    }
  }
}
