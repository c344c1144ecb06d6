package org.optirag.retrieval;

/**
 * Light graph convolution (LightGCN, arXiv 2002.02126): the trained embeddings E^(0) of users and
 * items, and what K propagations make of them.
 *
 * @param users final embeddings, the mean of layers 0…K (eq. 4)
 * @param items final embeddings of the items
 * @param itemsBelow mean of the items' layers 0…K−1: what a user receives; folds in new users
 */
public record LightGcn(Embeddings users, Embeddings items, Embeddings itemsBelow) {

  /**
   * Propagates: E^(k+1) = Â E^(k), final = mean of E^(0)…E^(K) (eqs. 3, 4, 8).
   *
   * @param users E^(0) of the users
   * @param items E^(0) of the items
   * @param layers K, at least 1
   */
  public static LightGcn propagate(Graph graph, Embeddings users, Embeddings items, int layers) {
    int dimension = users.dimension();
    Embeddings userSum = copy(users);
    Embeddings itemSum = copy(items);
    Embeddings below = copy(items);
    Embeddings u = users;
    Embeddings i = items;
    for (int layer = 1; layer <= layers; layer++) {
      Embeddings nextU = Embeddings.zeros(users.rows(), dimension);
      Embeddings nextI = Embeddings.zeros(items.rows(), dimension);
      graph.propagateToUsers(i, nextU);
      graph.propagateToItems(u, nextI);
      add(userSum, nextU);
      add(itemSum, nextI);
      if (layer < layers) {
        add(below, nextI);
      }
      u = nextU;
      i = nextI;
    }
    scale(userSum, 1f / (layers + 1));
    scale(itemSum, 1f / (layers + 1));
    scale(below, 1f / layers);
    return new LightGcn(userSum, itemSum, below);
  }

  /**
   * The embedding of a user who was not in the graph, from the items he liked: what one more step
   * of propagation gives him. Its direction compares with those of {@link #users}; its length does
   * not.
   *
   * @param liked item numbers
   * @param graph the graph that the embeddings were trained on
   */
  public float[] foldIn(int[] liked, Graph graph) {
    float[] sum = new float[items.dimension()];
    for (int item : liked) {
      float weight = (float) (1 / Math.sqrt(Math.max(1, graph.degreeOfItem(item))));
      float[] row = itemsBelow.row(item);
      for (int d = 0; d < sum.length; d++) {
        sum[d] += weight * row[d];
      }
    }
    return sum;
  }

  private static Embeddings copy(Embeddings source) {
    return new Embeddings(source.rows(), source.dimension(), source.values().clone());
  }

  private static void add(Embeddings sum, Embeddings more) {
    float[] a = sum.values();
    float[] b = more.values();
    for (int i = 0; i < a.length; i++) {
      a[i] += b[i];
    }
  }

  private static void scale(Embeddings embeddings, float factor) {
    float[] a = embeddings.values();
    for (int i = 0; i < a.length; i++) {
      a[i] *= factor;
    }
  }
}
