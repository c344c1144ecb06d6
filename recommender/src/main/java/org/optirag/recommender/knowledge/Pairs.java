package org.optirag.recommender.knowledge;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.optirag.dataset.Interactions;

/** A set of users with items, to find the rows that later ones replace. Immutable. */
final class Pairs {
  private final BitSet users = new BitSet();
  private final long[] sorted;

  private Pairs(Interactions rows) {
    sorted = new long[rows.size()];
    for (int row = 0; row < sorted.length; row++) {
      users.set(rows.user(row));
      sorted[row] = pair(rows.user(row), rows.item(row));
    }
    Arrays.sort(sorted);
  }

  /** Those of some rows. */
  static Pairs of(Interactions rows) {
    return new Pairs(rows);
  }

  static long pair(int user, int item) {
    return ((long) user << Integer.SIZE) | item;
  }

  private boolean contains(int user, int item) {
    return users.get(user) && Arrays.binarySearch(sorted, pair(user, item)) >= 0;
  }

  /** The numbers of the rows that these replace: those of no request, of the same pairs. */
  IntStream replaced(Interactions rows) {
    return IntStream.range(0, rows.size())
        .filter(row ->
            rows.request(row) == Interactions.ALONE && contains(rows.user(row), rows.item(row)));
  }

  /** The rows that these do not replace. */
  Interactions others(Interactions rows) {
    BitSet replaced = new BitSet();
    replaced(rows).forEach(replaced::set);
    return replaced.isEmpty() ? rows : rows.filter(row -> !replaced.get(row));
  }
}
