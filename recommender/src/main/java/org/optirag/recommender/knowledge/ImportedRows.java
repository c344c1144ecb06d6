package org.optirag.recommender.knowledge;

import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.VisibleHistory;

/**
 * The rows that were imported, as events meet them: of a user and an item the last row counts, in
 * an import and after it. What was shown in a request stands for itself, however often a user was
 * shown the item. Immutable.
 *
 * @param data as it was imported
 * @param visible what may be seen of it
 * @param all every row, by user
 */
record ImportedRows(Dataset data, VisibleHistory visible, Behaviours all) {

  static ImportedRows of(Dataset data, VisibleHistory visible) {
    Interactions rows = data.interactions();
    return new ImportedRows(
        data,
        visible,
        visible.own().interactions() == rows
            ? visible.own()
            : new Behaviours(rows, data.users().size(), data.items().size()));
  }

  /** Whether some row of the user and the item is later than a moment. */
  boolean later(int user, int item, long time) {
    return later(all, user, item, time);
  }

  /** Whether some row of the user and the item is later than a moment. */
  static boolean later(Behaviours behaviours, int user, int item, long time) {
    Interactions rows = behaviours.interactions();
    int[] last = behaviours.ofUser(user, Long.MAX_VALUE, 1);
    if (last.length == 0 || rows.time(last[0]) <= time) {
      return false; // as it nearly always is
    }
    int[] mine = behaviours.ofUser(user, Long.MAX_VALUE);
    for (int i = mine.length - 1; i >= 0 && rows.time(mine[i]) > time; i--) {
      if (rows.item(mine[i]) == item && rows.request(mine[i]) == Interactions.ALONE) {
        return true;
      }
    }
    return false;
  }
}
