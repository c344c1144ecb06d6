package org.optirag.retrieval;

import java.util.Arrays;

/**
 * For each user, which of the items that the asking user labelled he labelled too: made once a
 * request, and read for the users of each candidate.
 */
final class Overlap {
  private final int[] start;
  private final int[] edges;
  private final int[] agreement;

  /**
   * @param items what the asking user labelled: first what he likes, then what he dislikes
   * @param likes how many of them he likes
   */
  Overlap(LabelledGraph graph, int[] items, int likes) {
    start = new int[graph.users() + 1];
    agreement = new int[graph.users()];
    for (int item : items) {
      for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
        start[LabelledGraph.other(graph.edgeOfItem(e)) + 1]++;
      }
    }
    for (int user = 0; user < graph.users(); user++) {
      start[user + 1] += start[user];
    }
    edges = new int[start[graph.users()]];
    int[] next = Arrays.copyOf(start, graph.users());
    for (int place = 0; place < items.length; place++) {
      int item = items[place];
      for (int e = graph.startOfItem(item); e < graph.startOfItem(item + 1); e++) {
        int user = LabelledGraph.other(graph.edgeOfItem(e));
        boolean liked = LabelledGraph.liked(graph.edgeOfItem(e));
        edges[next[user]++] = place << 1 | (liked ? 1 : 0);
        agreement[user] += liked == place < likes ? 1 : -1;
      }
    }
  }

  /** Where a user's edges begin among {@link #edge}; they end where the next user's begin. */
  int start(int user) {
    return start[user];
  }

  /** Twice the place among the asking user's items, plus 1 if this user likes that item. */
  int edge(int position) {
    return edges[position];
  }

  /** Labels in agreement less labels against each other. */
  int agreement(int user) {
    return agreement[user];
  }
}
