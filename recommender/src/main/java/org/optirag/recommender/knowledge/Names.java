package org.optirag.recommender.knowledge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.optirag.dataset.Items;
import org.optirag.dataset.Users;

/**
 * The ids of users and the titles of items in order, to search by how they begin; upper and lower
 * case are one. Immutable.
 */
public record Names(String[] userIds, int[] items, String[] titles) {

  static Names of(Users users, Items items) {
    String[] ids = users.ids().ids().stream().sorted().toArray(String[]::new);
    String[] lower = items.titles().stream().map(Names::lower).toArray(String[]::new);
    int[] order =
        IntStream.range(0, lower.length)
            .boxed()
            .sorted(Comparator.comparing((Integer item) -> lower[item]))
            .mapToInt(Integer::intValue)
            .toArray();
    String[] titles = Arrays.stream(order).mapToObj(item -> lower[item]).toArray(String[]::new);
    return new Names(ids, order, titles);
  }

  /** As names are compared. */
  public static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** Ids that begin so, in order. */
  public List<String> users(String prefix, int most) {
    int at = first(userIds, prefix);
    return Arrays.stream(userIds, at, userIds.length)
        .limit(most)
        .takeWhile(id -> id.startsWith(prefix))
        .toList();
  }

  /** Numbers of items whose titles begin so, in the titles' order. */
  public int[] items(String prefix, int most) {
    String wanted = lower(prefix);
    int from = first(titles, wanted);
    int to = from;
    while (to < titles.length && to - from < most && titles[to].startsWith(wanted)) {
      to++;
    }
    return Arrays.copyOfRange(items, from, to);
  }

  private static int first(String[] sorted, String wanted) {
    int low = 0;
    int high = sorted.length;
    while (low < high) { // the first of those that are the same, however many there are
      int middle = (low + high) >>> 1;
      if (sorted[middle].compareTo(wanted) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
