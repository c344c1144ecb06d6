package org.optirag.dataset.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * Gives a time to positives that are known only from published histories.
 *
 * <p>A row may list the items its user liked before, oldest first, without saying when. Those that
 * are liked in rows themselves have their time. The others are placed so that the published order
 * holds: each one second before the earliest of what stands after it in the list of the first row
 * that names it, that row included. So every impression sees, strictly before it, the history that
 * was published with it (save what shares its very second).
 *
 * <p>Keeps the histories in memory: meant for published samples, not for whole data sets.
 */
final class HistoryPlacer {
  private final Map<String, List<Listed>> byUser = new HashMap<>();

  /** An interaction that was placed. */
  record Placed(String user, String item, long time) {}

  private record Listed(String item, long time, String history, boolean liked) {}

  /** Takes a row and the history it lists, items parted by blanks. */
  void add(String user, String item, long time, String history, boolean liked) {
    byUser
        .computeIfAbsent(user, u -> new ArrayList<>())
        .add(new Listed(item, time, history, liked));
  }

  /** What the histories name beyond the rows themselves. */
  List<Placed> placed() {
    List<Placed> placed = new ArrayList<>();
    byUser.forEach((user, rows) -> place(user, rows, placed));
    return placed;
  }

  private static void place(String user, List<Listed> rows, List<Placed> placed) {
    Map<String, Long> times = new HashMap<>();
    for (Listed row : rows) {
      if (row.liked()) {
        times.merge(row.item(), row.time(), Math::min);
      }
    }
    rows.sort((a, b) -> Long.compare(a.time(), b.time())); // the first to name an item places it
    for (Listed row : rows) {
      String[] items = words(row.history());
      long bound = row.time();
      for (int i = items.length - 1; i >= 0; i--) {
        Long known = times.get(items[i]);
        if (known == null) {
          known = bound - 1;
          times.put(items[i], known);
          placed.add(new Placed(user, items[i], known));
        }
        bound = Math.min(bound, known);
      }
    }
  }

  private static String[] words(String text) {
    StringTokenizer tokens = new StringTokenizer(text);
    String[] words = new String[tokens.countTokens()];
    Arrays.setAll(words, i -> tokens.nextToken());
    return words;
  }
}
