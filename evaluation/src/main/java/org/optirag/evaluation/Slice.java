package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Scored impressions that have something in common. Takes ownership of its array.
 *
 * @param name for instance "item seen 1 to 4 times"
 * @param rows of {@link Predictions}, ascending; at least one
 */
@SuppressWarnings("ArrayRecordComponent") // A column, never compared.
public record Slice(String name, int[] rows) {
  private static final int[] ITEM_LIMITS = {0, 4, 19};
  private static final int[] USER_LIMITS = {4, 19};

  /**
   * Impressions by how much was known of their item, then by how much was known of their user, when
   * they were scored; slices without impressions are left out.
   *
   * @param impressions how many
   * @param ofItem how often the item of a row was seen before
   * @param ofUser how many behaviours of the user of a row are known
   */
  public static List<Slice> byEvidence(
      int impressions, IntUnaryOperator ofItem, IntUnaryOperator ofUser) {
    List<Slice> slices =
        new ArrayList<>(by("item seen", "times", impressions, ofItem, ITEM_LIMITS));
    slices.addAll(by("user with", "behaviours", impressions, ofUser, USER_LIMITS));
    return List.copyOf(slices);
  }

  private static List<Slice> by(
      String what, String unit, int impressions, IntUnaryOperator count, int[] limits) {
    List<Slice> slices = new ArrayList<>();
    int from = 0;
    for (int limit = 0; limit <= limits.length; limit++) {
      int first = from;
      int last = limit < limits.length ? limits[limit] : Integer.MAX_VALUE;
      int[] rows =
          IntStream.range(0, impressions)
              .filter(row -> first <= count.applyAsInt(row) && count.applyAsInt(row) <= last)
              .toArray();
      if (rows.length > 0) {
        slices.add(new Slice("%s %s %s".formatted(what, range(first, last), unit), rows));
      }
      from = last + 1;
    }
    return slices;
  }

  private static String range(int first, int last) {
    if (last == Integer.MAX_VALUE) {
      return first + " or more";
    }
    return first == last ? Integer.toString(first) : first + " to " + last;
  }
}
