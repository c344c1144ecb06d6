package org.optirag.evaluation.baseline;

import java.util.Arrays;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Interactions;

/**
 * Impressions as a network sees them.
 *
 * @param users user numbers, [rows]
 * @param items item numbers, [rows]
 * @param behaviours what each user did strictly before, oldest first, [rows][behaviour]; each is
 *     twice the item's number, plus one where he liked it
 */
record Batch(int[] users, int[] items, int[][] behaviours) {

  /** Training examples, each with what came before it. */
  static Batch of(Interactions examples, int[] rows, Behaviours past, int most) {
    int[] users = new int[rows.length];
    int[] items = new int[rows.length];
    int[][] behaviours = new int[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      users[i] = examples.user(rows[i]);
      items[i] = examples.item(rows[i]);
      behaviours[i] = behaviours(past, users[i], examples.time(rows[i]), most);
    }
    return new Batch(users, items, behaviours);
  }

  /** The candidates of one request. */
  static Batch of(int user, int[] items, long time, Behaviours histories, int most) {
    int[] users = new int[items.length];
    Arrays.fill(users, user);
    int[][] behaviours = new int[items.length][];
    Arrays.fill(behaviours, behaviours(histories, user, time, most));
    return new Batch(users, items, behaviours);
  }

  private static int[] behaviours(Behaviours histories, int user, long time, int most) {
    int[] rows = most == 0 ? new int[0] : histories.ofUser(user, time, most);
    Interactions all = histories.interactions();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = 2 * all.item(rows[i]) + (all.label(rows[i]) ? 1 : 0);
    }
    return rows;
  }

  int size() {
    return users.length;
  }
}
