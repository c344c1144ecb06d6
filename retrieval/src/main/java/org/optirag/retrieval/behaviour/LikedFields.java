package org.optirag.retrieval.behaviour;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.optirag.dataset.Field;

/** How often the values of fields stand in what a user liked. One thread's. */
final class LikedFields {
  private final int items;
  private final Map<Field, double[]> values = new HashMap<>();

  /** Of the liked items. */
  LikedFields(List<ItemFields.Values> liked) {
    items = liked.size();
    for (ItemFields.Values item : liked) {
      double weight = 1 / Math.sqrt(Math.max(1, item.all().size()));
      Stream.concat(item.all().stream(), item.categories().stream().flatMap(List::stream))
          .distinct()
          .forEach(value -> {
            double[] sums = values.computeIfAbsent(value, v -> new double[2]);
            sums[0]++;
            sums[1] += weight;
          });
    }
  }

  /** The mean over these values of the share of liked items that have it; NaN of nothing. */
  double share(List<Field> category) {
    return items == 0
        ? Double.NaN
        : category.stream().mapToDouble(value -> sum(value, 0)).average().orElse(Double.NaN)
            / items;
  }

  /** The mean cosine of these values, as a set, with those of a liked item; NaN of nothing. */
  double shared(List<Field> all) {
    return items == 0 || all.isEmpty()
        ? Double.NaN
        : all.stream().mapToDouble(value -> sum(value, 1)).sum() / Math.sqrt(all.size()) / items;
  }

  private double sum(Field value, int of) {
    double[] sums = values.get(value);
    return sums == null ? 0 : sums[of];
  }
}
