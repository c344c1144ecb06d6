package org.optirag.retrieval;

import java.util.Arrays;
import org.optirag.dataset.Interactions;

/**
 * Who labelled what before a moment, as compressed rows from both sides; a pair counts once, with
 * its last label. An edge is a number: twice the other side's number, plus 1 for a like. Edges of a
 * row ascend. A user or item with a higher number than there are has no edges. Immutable; 8 bytes
 * an edge.
 */
final class LabelledGraph {
  private final Side users;
  private final Side items;

  private record Side(int[] start, int[] edges) {
    int size() {
      return start.length - 1;
    }

    int degree(int row) {
      return row < size() ? start[row + 1] - start[row] : 0;
    }

    int startOf(int row) {
      return start[Math.min(row, size())];
    }
  }

  private LabelledGraph(Side users, Side items) {
    this.users = users;
    this.items = items;
  }

  /** The graph of the rows strictly before {@code time}. */
  static LabelledGraph before(Interactions all, long time, int users, int items) {
    int rows = firstAt(all, time);
    int[] start = new int[users + 1];
    for (int row = 0; row < rows; row++) {
      start[all.user(row) + 1]++;
    }
    Arrays.parallelPrefix(start, Integer::sum);
    int[] next = Arrays.copyOf(start, users);
    long[] byItem = new long[rows]; // item, then age: sorting brings a pair's last label last
    for (int row = 0; row < rows; row++) {
      byItem[next[all.user(row)]++] = (long) all.item(row) << Integer.SIZE | row;
    }
    int kept = 0;
    int[] unique = new int[users + 1];
    int[] edges = new int[rows];
    for (int user = 0; user < users; user++) {
      Arrays.sort(byItem, start[user], start[user + 1]);
      for (int k = start[user]; k < start[user + 1]; k++) {
        int item = (int) (byItem[k] >> Integer.SIZE);
        if (k + 1 < start[user + 1] && (int) (byItem[k + 1] >> Integer.SIZE) == item) {
          continue;
        }
        edges[kept++] = edge(item, all.label((int) byItem[k]));
      }
      unique[user + 1] = kept;
    }
    Side byUser = new Side(unique, Arrays.copyOf(edges, kept));
    return new LabelledGraph(byUser, turned(byUser, items));
  }

  private static Side turned(Side byUser, int items) {
    int[] start = new int[items + 1];
    for (int edge : byUser.edges) {
      start[other(edge) + 1]++;
    }
    Arrays.parallelPrefix(start, Integer::sum);
    int[] next = Arrays.copyOf(start, items);
    int[] edges = new int[byUser.edges.length];
    for (int user = 0; user < byUser.size(); user++) {
      for (int e = byUser.start[user]; e < byUser.start[user + 1]; e++) {
        edges[next[other(byUser.edges[e])]++] = edge(user, liked(byUser.edges[e]));
      }
    }
    return new Side(start, edges);
  }

  private static int firstAt(Interactions all, long time) {
    int low = 0;
    int high = all.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all.time(middle) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int edge(int other, boolean liked) {
    return other << 1 | (liked ? 1 : 0);
  }

  /** The user or item at an edge's other end. */
  static int other(int edge) {
    return edge >>> 1;
  }

  /** An edge's label. */
  static boolean liked(int edge) {
    return (edge & 1) == 1;
  }

  int users() {
    return users.size();
  }

  int items() {
    return items.size();
  }

  int edges() {
    return users.edges.length;
  }

  /** How many items the user labelled. */
  int degreeOfUser(int user) {
    return users.degree(user);
  }

  /** How many users labelled the item. */
  int degreeOfItem(int item) {
    return items.degree(item);
  }

  /** Where an item's edges begin among {@link #edgeOfItem}; its last ends where the next begins. */
  int startOfItem(int item) {
    return items.startOf(item);
  }

  /** An edge from an item to a user. */
  int edgeOfItem(int position) {
    return items.edges[position];
  }

  /** Whether the user labelled the item. */
  boolean has(int user, int item) {
    return find(user, item) >= 0;
  }

  /** Whether the user labelled the item and liked it. */
  boolean liked(int user, int item) {
    int at = find(user, item);
    return at >= 0 && liked(items.edges[at]);
  }

  private int find(int user, int item) {
    if (user >= users.size() || item >= items.size()) {
      return -1;
    }
    int from = items.start[item];
    int to = items.start[item + 1];
    int dislike = Arrays.binarySearch(items.edges, from, to, edge(user, false));
    return dislike >= 0 ? dislike : Arrays.binarySearch(items.edges, from, to, edge(user, true));
  }
}
