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
    return propagate(graph, users.toRows(), items.toRows(), layers);
  }

  static LightGcn propagate(Graph graph, float[][] users, float[][] items, int layers) {
    Propagation sums = new Propagation(graph, layers, users[0].length);
    sums.run(users, items, null, null);
    return new LightGcn(
        Embeddings.scaled(sums.users(), 1f / (layers + 1)),
        Embeddings.scaled(sums.items(), 1f / (layers + 1)),
        Embeddings.scaled(layers == 1 ? items : sums.itemsBelow(), 1f / layers));
  }

  /**
   * The embedding of a user who was not in the graph, from the items he liked: what one more step
   * of propagation gives him. Its direction compares with those of {@link #users}; its length does
   * not.
   *
   * @param liked item numbers; those without an embedding do not count
   * @param graph the graph that the embeddings were trained on
   */
  public float[] foldIn(int[] liked, Graph graph) {
    float[] sum = new float[items.dimension()];
    for (int item : liked) {
      if (item >= items.rows()) {
        continue;
      }
      float weight = (float) (1 / Math.sqrt(Math.max(1, graph.degreeOfItem(item))));
      float[] row = itemsBelow.row(item);
      for (int d = 0; d < sum.length; d++) {
        sum[d] += weight * row[d];
      }
    }
    return sum;
  }

  /**
   * The embeddings for a graph that has grown since they were trained. Users that like more than
   * they did are folded in from what they like now, as {@link #foldIn} does. Items that are new
   * take the place that their users' embeddings give them in the same way; all else stays.
   *
   * @param graph with at least as many users and items as there are embeddings
   * @param changed users whose likes have changed; new users are counted among them
   */
  public LightGcn grown(Graph graph, int[] changed) {
    int dimension = items.dimension();
    Embeddings allItems = items.extended(graph.items());
    Embeddings allBelow = itemsBelow.extended(graph.items());
    for (int item = items.rows(); item < graph.items(); item++) {
      float[] sum = new float[dimension];
      for (int user : graph.usersOf(item)) {
        if (user < users.rows()) {
          float weight = (float) (1 / Math.sqrt(graph.degreeOfUser(user)));
          for (int d = 0; d < dimension; d++) {
            sum[d] += weight * users.values()[user * dimension + d];
          }
        }
      }
      allItems.set(item, sum);
      allBelow.set(item, sum);
    }
    LightGcn known = new LightGcn(users, allItems, allBelow);
    Embeddings allUsers = users.extended(graph.users());
    for (int user : changed) {
      allUsers.set(user, known.foldIn(graph.itemsOf(user), graph));
    }
    return new LightGcn(allUsers, allItems, allBelow);
  }
}
