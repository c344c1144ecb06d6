package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;

/**
 * Users and items as numbered categories, field by field. The first field of each side is the id;
 * the others are its texts, cut at commas ("Drama, War" is two values). A field holds no value
 * where it is missing, where no training example has the value, or where the value is that of one
 * user or item alone, of which it says no more than the id.
 */
final class Features {
  private static final int[] NONE = {};

  private final int[][][] users;
  private final int[][][] items;
  private final int userFields;
  private final int itemFields;
  private final int[] counts;

  private Features(Side users, Side items, Interactions examples, int numbers) {
    this.users = users.values;
    this.items = items.values;
    this.userFields = users.fields;
    this.itemFields = items.fields;
    this.counts = new int[numbers];
    for (int row = 0; row < examples.size(); row++) {
      count(this.users[examples.user(row)]);
      count(this.items[examples.item(row)]);
    }
    Stream.concat(Arrays.stream(this.users), Arrays.stream(this.items)).forEach(this::forget);
  }

  /** The features of the data set's users and items, as far as the examples show them. */
  static Features of(Dataset data, Interactions examples) {
    Side users = Side.of(data.users().profiles(), 0);
    Side items = Side.of(data.items().fields(), users.end);
    return new Features(users, items, examples, items.end);
  }

  /** How many numbers there are; features are numbered from 0. */
  int size() {
    return counts.length;
  }

  int userFields() {
    return userFields;
  }

  int itemFields() {
    return itemFields;
  }

  /** Features of a user, [field][value]. */
  int[][] ofUser(int user) {
    return users[user];
  }

  /** Features of an item, [field][value]. */
  int[][] ofItem(int item) {
    return items[item];
  }

  /** In how many training examples a feature occurs. */
  int count(int feature) {
    return counts[feature];
  }

  private void count(int[][] fields) {
    for (int[] field : fields) {
      for (int feature : field) {
        counts[feature]++;
      }
    }
  }

  private void forget(int[][] fields) {
    for (int f = 0; f < fields.length; f++) {
      if (Arrays.stream(fields[f]).anyMatch(feature -> counts[feature] == 0)) {
        fields[f] = Arrays.stream(fields[f]).filter(feature -> counts[feature] > 0).toArray();
      }
    }
  }

  /** Users or items: their features and the number after the last. */
  private record Side(int[][][] values, int fields, int end) {

    static Side of(List<List<Field>> texts, int first) {
      Set<String> names = new LinkedHashSet<>();
      Map<Field, Integer> owners = new HashMap<>();
      for (List<Field> fields : texts) {
        fields.forEach(field -> names.add(field.name()));
        values(fields).distinct().forEach(value -> owners.merge(value, 1, Integer::sum));
      }
      List<String> order = List.copyOf(names);
      Map<Field, Integer> numbers = new HashMap<>();
      int[][][] all = new int[texts.size()][1 + order.size()][];
      for (int owner = 0; owner < all.length; owner++) {
        Arrays.fill(all[owner], NONE);
        all[owner][0] = new int[] {first + owner};
        for (int f = 0; f < order.size(); f++) {
          String name = order.get(f);
          IntUnaryOperator next = size -> first + all.length + size;
          all[owner][1 + f] =
              values(texts.get(owner))
                  .filter(value -> value.name().equals(name) && owners.getOrDefault(value, 0) > 1)
                  .distinct()
                  .mapToInt(
                      value -> numbers.computeIfAbsent(value, v -> next.applyAsInt(numbers.size())))
                  .toArray();
        }
      }
      return new Side(all, 1 + order.size(), first + all.length + numbers.size());
    }

    private static Stream<Field> values(List<Field> fields) {
      List<Field> values = new ArrayList<>();
      for (Field field : fields) {
        for (String value : field.value().split(",", -1)) {
          if (!value.isBlank()) {
            values.add(new Field(field.name(), value.strip()));
          }
        }
      }
      return values.stream();
    }
  }
}
