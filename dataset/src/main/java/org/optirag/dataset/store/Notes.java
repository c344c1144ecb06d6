package org.optirag.dataset.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;

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
        + ", so there is nothing to tell apart and nothing can be learned";
  }

  /** Times name no zone, and nobody said which one they are of. */
  static String withoutZone(Object table, long count, long of, String time, long line) {
    String those =
        count == of
            ? "the times of " + table + " name no zone, such as"
            : String.format(
                Locale.ROOT,
                "%,d of %,d times of %s name no zone, the first in line %d as",
                count,
                of,
                table,
                line);
    return those
        + " '"
        + time
        + "', and are read as UTC; if they are of another, a mapping says so by"
        + " 'time-zone: Europe/Berlin'";
  }

  /**
   * Some of the texts are of items without an interaction.
   *
   * @param id one of them
   */
  static String untouched(long count, long of, List<String> files, String id) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d items of %s, such as '%s', have no interaction that counts and are left out;"
            + " 'all-items: true' keeps them",
        count,
        of,
        String.join(", ", files),
        id);
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
  static String alike(
      String what,
      long count,
      long of,
      String cause,
      List<String> files,
      String there,
      String here) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d %ss (%.1f %%) have no text because their ids are written differently (%s), such"
            + " as '%s' in the interactions and '%s' in %s; write them alike",
        count,
        of,
        what,
        100.0 * count / of,
        cause,
        there,
        here,
        String.join(", ", files));
  }

  /**
   * Some ids of the interactions are none of the texts.
   *
   * @param spare an id of the texts that is none of the interactions, or null
   */
  public static String missing(
      String what, long count, long of, List<String> files, String id, @Nullable String spare) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d %ss (%.1f %%) are not in %s, such as '%s'%s",
        count,
        of,
        what,
        100.0 * count / of,
        String.join(", ", files),
        id,
        spare == null ? "" : "; an id there that no interaction has is '" + spare + "'");
  }

  /**
   * How the labels come about.
   *
   * @param by what makes a like, for instance "a rating of 4.0 or more, as the mapping says"
   */
  public static String labels(long likes, long of, String by) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d interactions are likes (%.1f %%): %s",
        likes,
        of,
        100.0 * likes / of,
        by);
  }

  /**
   * What makes a like.
   *
   * @param rated whether ratings make labels
   * @param clicked whether clicks do
   * @param asked whether the threshold was asked for on the command line
   * @param given whether the mapping gives it
   * @param format of the source
   */
  public static String likedBy(
      boolean rated,
      boolean clicked,
      double likedFrom,
      boolean asked,
      boolean given,
      String format) {
    if (clicked && !rated) {
      return "as the column of clicks says";
    }
    if (!rated) {
      return "every row is one, since neither ratings nor clicks are read";
    }
    String why;
    if (asked) {
      why = "as asked for";
    } else if (given) {
      why = "as the mapping says";
    } else {
      why =
          format.equals("mapping")
              ? "the default where the mapping has no 'liked-from'"
              : "the default of the form " + format;
    }
    return "a rating of "
        + (likedFrom + " or more, " + why)
        + (clicked ? ", or the click of tables that have one" : "");
  }

  /** Few rows are likes, or nearly all; nothing where neither holds or all are the same. */
  public static Optional<String> rareLabel(long likes, long of, boolean rated, double likedFrom) {
    double share = of == 0 ? 0.5 : (double) likes / of;
    if (likes == 0 || likes == of || (share >= 0.05 && share <= 0.95)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s %.1f %% of the interactions are likes%s, so little can be learned of the %s; %s",
            share < 0.5 ? "only" : "as many as",
            100 * share,
            rated ? " (from a rating of " + likedFrom + " on)" : "",
            share < 0.5 ? "likes" : "others",
            rated ? "check the threshold" : "check what the clicks mean"));
  }

  /**
   * Pairs of a user and an item that stand in several parts of a split: what is learned of the one
   * row gives the other away.
   *
   * @param parts the parts, each the bit of its number
   * @param asked whether rows are parted by requests, so that all of them are kept
   */
  public static Optional<String> acrossParts(int parts, long pairs, boolean asked) {
    List<String> names = new ArrayList<>();
    for (Part part : Part.values()) {
      if ((parts >> part.ordinal() & 1) == 1) {
        names.add(part.name().toLowerCase(Locale.ROOT));
      }
    }
    if (names.size() < 2) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%,d pairs of user and item stand in several parts of the split (%s)%s",
            pairs,
            String.join(", ", names),
            asked
                ? ", each in a request of its own, so that what is learned of the one row gives the"
                    + " other away"
                : "; of each only the last row counts"));
  }

  /** Two ids of the interactions look like one. */
  static String twins(String what, long count, String one, String other) {
    return String.format(
        Locale.ROOT,
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
