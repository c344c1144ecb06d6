package org.optirag.retrieval;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Interactions;

/**
 * The bipartite graph of users and the items they liked, as compressed rows from both sides, with
 * the weights of Â = D^-1/2 A D^-1/2: an edge between user u and item i weighs 1 / sqrt(d_u d_i)
 * (arXiv 2002.02126, eq. 3). Immutable.
 */
public final class Graph {

  /** One side's rows. Neighbours of a row ascend. */
  private record Side(int[] start, int[] neighbours, float[] inverseRoots) {
    Side(int[] start, int[] neighbours) {
      this(start, neighbours, new float[start.length - 1]);
      for (int row = 0; row < inverseRoots.length; row++) {
        inverseRoots[row] = degree(row) == 0 ? 0 : (float) (1 / Math.sqrt(degree(row)));
      }
    }

    int rows() {
      return start.length - 1;
    }

    int degree(int row) {
      return row < rows() ? start[row + 1] - start[row] : 0;
    }

    int[] neighboursOf(int row) {
      return Arrays.copyOfRange(neighbours, start[row], start[row + 1]);
    }
  }

  private final Side users;
  private final Side items;

  private Graph(Side users, Side items) {
    this.users = users;
    this.items = items;
  }

  /**
   * The graph of all rows with label 1; a pair counts once.
   *
   * @param interactions the training part alone
   * @param users how many users there are
   * @param items how many items there are
   */
  public static Graph of(Interactions interactions, int users, int items) {
    int edges = 0;
    int[] u = new int[interactions.size()];
    int[] i = new int[interactions.size()];
    for (int row = 0; row < interactions.size(); row++) {
      if (interactions.label(row)) {
        u[edges] = interactions.user(row);
        i[edges++] = interactions.item(row);
      }
    }
    return ofEdges(Arrays.copyOf(u, edges), Arrays.copyOf(i, edges), users, items);
  }

  /** The graph of edges (u[e], i[e]); a pair counts once. */
  public static Graph ofEdges(int[] u, int[] i, int users, int items) {
    Side byUser = side(u, i, users);
    Graph half = new Graph(byUser, byUser);
    return new Graph(byUser, side(byUser.neighbours, half.usersOfEdges(), items));
  }

  /** A graph without edges, for instance in the place of validation where there is none. */
  public static Graph empty(int users, int items) {
    return ofEdges(new int[0], new int[0], users, items);
  }

  private static Side side(int[] from, int[] to, int rows) {
    int[] start = new int[rows + 1];
    for (int row : from) {
      start[row + 1]++;
    }
    Arrays.parallelPrefix(start, Integer::sum);
    int[] next = Arrays.copyOf(start, rows);
    int[] neighbours = new int[to.length];
    for (int e = 0; e < to.length; e++) {
      neighbours[next[from[e]]++] = to[e];
    }
    int kept = 0;
    int[] unique = new int[rows + 1];
    for (int row = 0; row < rows; row++) {
      Arrays.sort(neighbours, start[row], start[row + 1]);
      for (int e = start[row]; e < start[row + 1]; e++) {
        if (e == start[row] || neighbours[e] != neighbours[e - 1]) {
          neighbours[kept++] = neighbours[e];
        }
      }
      unique[row + 1] = kept;
    }
    return new Side(unique, Arrays.copyOf(neighbours, kept));
  }

  /** How many users there are. */
  public int users() {
    return users.rows();
  }

  /** How many items there are. */
  public int items() {
    return items.rows();
  }

  /** How many pairs of user and item are joined. */
  public int edges() {
    return users.neighbours.length;
  }

  /** How many items the user liked; none if the graph has no such user. */
  public int degreeOfUser(int user) {
    return users.degree(user);
  }

  /** How many users liked the item; none if the graph has no such item. */
  public int degreeOfItem(int item) {
    return items.degree(item);
  }

  /** The items the user liked, ascending. */
  public int[] itemsOf(int user) {
    return users.neighboursOf(user);
  }

  /** The users who liked the item, ascending. */
  public int[] usersOf(int item) {
    return items.neighboursOf(item);
  }

  /** Whether the user liked the item. */
  public boolean has(int user, int item) {
    return Arrays.binarySearch(users.neighbours, users.start[user], users.start[user + 1], item)
        >= 0;
  }

  /** The user of every edge, edges counted user by user as {@link #itemOfEdge} counts them. */
  int[] usersOfEdges() {
    int[] owners = new int[edges()];
    for (int user = 0; user < users(); user++) {
      Arrays.fill(owners, users.start[user], users.start[user + 1], user);
    }
    return owners;
  }

  /** The item of an edge. */
  int itemOfEdge(int edge) {
    return users.neighbours[edge];
  }

  /**
   * One step for users: target_u = base_u + Σ_i source_i / sqrt(d_u d_i) (eq. 3).
   *
   * @param present the rows of source and base that are not zero throughout; null for all
   * @param wanted the rows of target to compute; null for all
   */
  void toUsers(
      float[][] source,
      boolean @Nullable [] present,
      float[][] base,
      float[][] target,
      boolean @Nullable [] wanted) {
    spread(users, items, source, present, base, target, wanted);
  }

  /** One step for items: target_i = base_i + Σ_u source_u / sqrt(d_i d_u). */
  void toItems(
      float[][] source,
      boolean @Nullable [] present,
      float[][] base,
      float[][] target,
      boolean @Nullable [] wanted) {
    spread(items, users, source, present, base, target, wanted);
  }

  private static void spread(
      Side to,
      Side from,
      float[][] source,
      boolean @Nullable [] present,
      float[][] base,
      float[][] target,
      boolean @Nullable [] wanted) {
    // Rows of very different degrees: many small pieces keep all cores busy.
    int pieces = Math.min(to.rows(), 512);
    IntStream.range(0, pieces)
        .parallel()
        .forEach(piece -> {
          int first = (int) ((long) to.rows() * piece / pieces);
          int end = (int) ((long) to.rows() * (piece + 1) / pieces);
          for (int row = first; row < end; row++) {
            if (wanted == null || wanted[row]) {
              sum(to, row, from, source, present, target[row]);
              scaleAndAdd(target[row], to.inverseRoots[row], base[row]);
            }
          }
        });
  }

  /** Four neighbours at a time: the sum is loaded and stored once for them. */
  private static void sum(
      Side to, int row, Side from, float[][] source, boolean @Nullable [] present, float[] sum) {
    Arrays.fill(sum, 0);
    int[] four = new int[4];
    int waiting = 0;
    float[] weights = from.inverseRoots;
    for (int e = to.start[row]; e < to.start[row + 1]; e++) {
      int neighbour = to.neighbours[e];
      if (present != null && !present[neighbour]) {
        continue;
      }
      four[waiting++] = neighbour;
      if (waiting == 4) {
        waiting = 0;
        WeightedSum.add(
            sum,
            weights[four[0]],
            source[four[0]],
            weights[four[1]],
            source[four[1]],
            weights[four[2]],
            source[four[2]],
            weights[four[3]],
            source[four[3]]);
      }
    }
    for (int rest = 0; rest < waiting; rest++) {
      WeightedSum.add(sum, weights[four[rest]], source[four[rest]]);
    }
  }

  private static void scaleAndAdd(float[] sum, float scale, float[] base) {
    for (int d = 0; d < sum.length; d++) {
      sum[d] = scale * sum[d] + base[d];
    }
  }
}
