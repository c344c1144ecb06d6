package org.optirag.retrieval.behaviour;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Part;

/**
 * How often items and their categories were met and liked, over rows in order of time. Rates leave
 * out rows that are known from published histories only: such histories tell likes alone.
 *
 * @param met rows of each item
 * @param shown those that may count for a rate
 * @param overall the same for all items together, under the key 0
 * @param categories [first, second] the same for each category
 * @param numbers [first, second] the keys of the categories
 */
record Counts(
    Tally met,
    Tally shown,
    Tally overall,
    List<Tally> categories,
    List<Map<Field, Integer>> numbers) {
  /** Rows of the usual rate that an item's or category's own are mixed with. */
  private static final double PRIOR = 20;

  private static final int[] ALL = {0};

  static Counts of(Dataset data, Interactions rows, ItemFields fields) {
    IntPredicate counts =
        data.published().present() && rows == data.interactions()
            ? row -> data.published().of(row) != Part.HISTORY
            : row -> true;
    int items = data.items().size();
    List<Tally> categories = new ArrayList<>();
    List<Map<Field, Integer>> numbers = new ArrayList<>();
    for (int kind = 0; kind < 2; kind++) {
      Map<Field, Integer> number = new HashMap<>();
      int[][] keys = keys(data.items(), fields, kind, number);
      categories.add(Tally.of(rows, number.size(), item -> keys[item], counts));
      numbers.add(number);
    }
    Tally met = Tally.ofItems(rows, items, row -> true);
    Tally shown = Tally.ofItems(rows, items, counts);
    return new Counts(
        met, shown, Tally.of(rows, 1, item -> ALL, counts), List.copyOf(categories), numbers);
  }

  private static int[][] keys(
      Items items, ItemFields fields, int kind, Map<Field, Integer> numbers) {
    int[][] keys = new int[items.size()][];
    for (int item = 0; item < keys.length; item++) {
      keys[item] =
          fields.of(items.fields(item)).categories().get(kind).stream()
              .mapToInt(value -> numbers.computeIfAbsent(value, v -> numbers.size()))
              .toArray();
    }
    return keys;
  }

  /** The share of likes of all rows, NaN if there are none. */
  double usual(int end) {
    Tally.Count all = overall.count(0, 0, end);
    return (double) all.liked() / all.seen();
  }

  /** An item's share of likes, drawn to the usual one. */
  double rate(int item, int from, int end, double usual) {
    return shown.count(item, from, end).rate(usual, PRIOR);
  }

  /** The mean over these categories of their shares of likes; NaN of none. */
  double rate(int kind, List<Field> values, int end, double usual) {
    Map<Field, Integer> number = numbers.get(kind);
    return values.stream()
        .mapToDouble(value ->
            categories.get(kind).count(number.getOrDefault(value, -1), 0, end).rate(usual, PRIOR))
        .average()
        .orElse(Double.NaN);
  }
}
