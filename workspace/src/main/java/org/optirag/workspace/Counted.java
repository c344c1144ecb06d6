package org.optirag.workspace;

import java.util.Locale;
import java.util.Set;

/** A number with what it counts: "1 item", "2 items", "1,234 entries". */
public final class Counted {
  /** Signs of a measure, the same for one and for many. */
  private static final Set<String> SIGNS = Set.of("s", "ms", "B", "MB");

  private Counted() {}

  /** A number with its thousands parted, and its unit. */
  public static String of(long number, String unit) {
    return String.format(Locale.ROOT, "%,d %s", number, unit(number, unit));
  }

  /**
   * The unit alone, as it follows a number.
   *
   * @param number how many there are; negative where that is not known
   * @param unit for one, such as "item" or "sampled item"; a regular plural is taken as well
   */
  public static String unit(long number, String unit) {
    if (SIGNS.contains(unit)) {
      return unit;
    }
    String one = singular(unit);
    return number == 1 ? one : plural(one);
  }

  private static String singular(String unit) {
    if (unit.endsWith("ies")) {
      return unit.substring(0, unit.length() - 3) + "y";
    }
    return unit.endsWith("s") && !unit.endsWith("ss") ? unit.substring(0, unit.length() - 1) : unit;
  }

  private static String plural(String one) {
    if (one.matches(".*[^aeiou]y")) {
      return one.substring(0, one.length() - 1) + "ies";
    }
    return one.matches(".*(s|x|z|ch|sh)") ? one + "es" : one + "s";
  }
}
