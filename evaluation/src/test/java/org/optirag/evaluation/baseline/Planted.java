package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Split;
import org.optirag.dataset.Users;

/**
 * Data with a taste in it: users and items fall into three groups each, and a user mostly likes the
 * items of his own group. Averages of users and items know nothing of it. Items tell their group;
 * the odd ones among the users do.
 */
final class Planted {
  static final int USERS = 60;
  static final int ITEMS = 40;
  private static final int ROWS = 3000;

  private Planted() {}

  static Dataset data(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] users = new int[ROWS];
    int[] items = new int[ROWS];
    boolean[] labels = new boolean[ROWS];
    long[] times = new long[ROWS];
    for (int row = 0; row < ROWS; row++) {
      users[row] = random.nextInt(USERS);
      items[row] = random.nextInt(ITEMS);
      labels[row] = random.nextDouble() < (users[row] % 3 == items[row] % 3 ? 0.95 : 0.1);
      times[row] = 1000L * row;
    }
    return data(new Interactions(users, items, new float[ROWS], labels, times));
  }

  static Dataset data(Interactions interactions) {
    List<List<Field>> profiles = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      profiles.add(user % 2 == 0 ? List.of() : List.of(new Field("group", "U" + user % 3)));
    }
    List<List<Field>> fields = new ArrayList<>();
    for (int item = 0; item < ITEMS; item++) {
      fields.add(List.of(new Field("genres", "any, I" + item % 3)));
    }
    List<String> titles = ids("item ", ITEMS);
    return new Dataset(
        "planted",
        "thing",
        new Users(new IdIndex(ids("u", USERS)), profiles),
        new Items(new IdIndex(ids("i", ITEMS)), titles, fields),
        interactions);
  }

  /** The same up to a moment, and the opposite labels from it on. */
  static Dataset turned(Dataset data, long from) {
    Interactions all = data.interactions();
    int n = all.size();
    boolean[] labels = new boolean[n];
    for (int row = 0; row < n; row++) {
      labels[row] = all.label(row) ^ all.time(row) >= from;
    }
    return data(
        new Interactions(
            IntStream.range(0, n).map(all::user).toArray(),
            IntStream.range(0, n).map(all::item).toArray(),
            new float[n],
            labels,
            IntStream.range(0, n).mapToLong(all::time).toArray()));
  }

  static Behaviours histories(Dataset data) {
    return new Behaviours(data.interactions(), data.users().size(), data.items().size());
  }

  static LearningData learning(Dataset data) {
    return LearningData.of(data, data.split(), histories(data));
  }

  static LearningData learning(Dataset data, Split split) {
    return LearningData.of(data, split, histories(data));
  }

  private static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }
}
