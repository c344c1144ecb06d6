package org.optirag.retrieval;

import org.jspecify.annotations.Nullable;

/**
 * Sums Y = E + ÂE + … + Â^K E over a graph, by Horner's rule: Y_0 = E, Y_k = E + Â Y_{k-1}. Its
 * arrays are used again by every run.
 *
 * <p>Rows are arrays of their own, since the compiler vectorizes loops over several arrays only
 * where all are read and written at the same index.
 */
final class Propagation {

  /** Which rows count, [users] and [items]. */
  record Marks(boolean[] users, boolean[] items) {}

  private final Graph graph;
  private final int layers;
  private final float[][][] users;
  private final float[][][] items;

  /**
   * @param layers K, at least 1
   */
  Propagation(Graph graph, int layers, int dimension) {
    this.graph = graph;
    this.layers = layers;
    this.users = new float[2][graph.users()][dimension];
    this.items = new float[2][graph.items()][dimension];
  }

  /**
   * Sums.
   *
   * @param u E of the users, [users, dimension]
   * @param i E of the items, [items, dimension]
   * @param present the rows of E that are not zero throughout; null for all
   * @param wanted the rows of Y that are asked for; null for all, else the others hold nonsense
   */
  void run(float[][] u, float[][] i, @Nullable Marks present, @Nullable Marks wanted) {
    float[][] fromUsers = u;
    float[][] fromItems = i;
    for (int layer = 1; layer <= layers; layer++) {
      Marks sources = layer == 1 ? present : null;
      Marks targets = layer == layers ? wanted : null;
      float[][] toUsers = users[layer % 2];
      float[][] toItems = items[layer % 2];
      graph.toUsers(
          fromItems,
          sources == null ? null : sources.items,
          u,
          toUsers,
          targets == null ? null : targets.users);
      graph.toItems(
          fromUsers,
          sources == null ? null : sources.users,
          i,
          toItems,
          targets == null ? null : targets.items);
      fromUsers = toUsers;
      fromItems = toItems;
    }
  }

  /** The sums of the users, until the next run. */
  float[][] users() {
    return users[layers % 2];
  }

  /** The sums of the items, until the next run. */
  float[][] items() {
    return items[layers % 2];
  }

  /** The sums of the items' layers 0…K−1; only after more than one layer. */
  float[][] itemsBelow() {
    return items[(layers - 1) % 2];
  }
}
