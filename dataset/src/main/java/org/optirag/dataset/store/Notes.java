package org.optirag.dataset.store;

import java.time.Instant;
import java.util.List;

/**
 * What stands out in data as a whole, in sentences for the user: nothing that keeps data from being
 * read, but what is seldom meant.
 */
public final class Notes {
  /** Seconds since 1970; no shop has times before. */
  private static final long LIKELY = 100_000_000;

  private Notes() {}

  /** Every label is the same. */
  public static String oneLabel(boolean label, double likedFrom, boolean rated) {
    return "every label is "
        + (label ? 1 : 0)
        + (rated ? " (liked from a rating of " + likedFrom + " on)" : "")
        + ", so nothing can be learned of what is not liked, or liked";
  }

  /** Every row has the same time. */
  public static String oneTime(long time) {
    return "every row has the time " + Instant.ofEpochSecond(time) + ", so they have no order";
  }

  /** Whether times, the last of which is given, can hardly be dates. */
  public static boolean isOrder(long last) {
    return last < LIKELY;
  }

  /** The times are hardly dates. */
  public static String order(long last) {
    return "the times end at "
        + Instant.ofEpochSecond(last)
        + " as seconds since 1970; as an order they will do, as dates they are none";
  }

  /**
   * No id of the texts is one of the interactions.
   *
   * @param what "item" or "user"
   */
  public static String strangers(String what, List<String> files, String there, String here) {
    return "no "
        + what
        + " of the interactions is one of "
        + String.join(", ", files)
        + ": there they are called such as '"
        + there
        + "', here '"
        + here
        + "'";
  }

  /** Some ids of the texts are those of the interactions, written otherwise. */
  static String alike(String what, long count, List<String> files, String there, String here) {
    return String.format(
        java.util.Locale.ROOT,
        "%,d %ss have no text because their ids are written differently, such as '%s' in the"
            + " interactions and '%s' in %s; write them alike",
        count,
        what,
        there,
        here,
        String.join(", ", files));
  }

  /** Two ids of the interactions look like one. */
  static String twins(String what, long count, String one, String other) {
    return String.format(
        java.util.Locale.ROOT,
        "%,d %ss are there twice, such as '%s' and '%s'; write them alike if they are one",
        count,
        what,
        one,
        other);
  }

  /** A column of texts has nothing in it. */
  static String empty(String what, String field) {
    return "the " + field + " of every " + what + " is empty";
  }

  /** A column of texts always says the same. */
  static String constant(String what, String field, String value) {
    return "the " + field + " of every " + what + " is '" + value + "'";
  }

  /** Every row is of one user or item. */
  static String alone(String what, String id) {
    return "every row is of the " + what + " '" + id + "'";
  }
}
