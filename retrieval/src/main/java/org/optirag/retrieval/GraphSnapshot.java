package org.optirag.retrieval;

import java.util.List;

/**
 * A graph with its trained embeddings, ready to be asked for similar users and items. Safe for use
 * from many threads.
 */
public final class GraphSnapshot implements AutoCloseable {
  private final Graph graph;
  private final LightGcn model;
  private final Embeddings unitItems;
  private final UserIndex index;

  /**
   * @param graph what the model was trained on
   */
  public GraphSnapshot(Graph graph, LightGcn model) {
    this.graph = graph;
    this.model = model;
    this.unitItems = model.items().normalized();
    this.index = UserIndex.of(model.users());
  }

  /** With an index of the model's users. */
  GraphSnapshot(Graph graph, LightGcn model, UserIndex index) {
    this.graph = graph;
    this.model = model;
    this.unitItems = model.items().normalized();
    this.index = index;
  }

  /**
   * The same for a graph that has grown since; see {@link LightGcn#grown}.
   *
   * @param now with at least as many users and items
   * @param changed users whose likes have changed, and all new users
   * @return this one if nothing has changed; else one that may share its index
   */
  public GraphSnapshot grown(Graph now, int[] changed) {
    if (changed.length == 0 && now.users() == graph.users() && now.items() == graph.items()) {
      return this;
    }
    LightGcn larger = model.grown(now, changed);
    return new GraphSnapshot(now, larger, UserIndex.grown(index, larger.users(), changed));
  }

  /** The items' embeddings at length 1. */
  Embeddings unitItems() {
    return unitItems;
  }

  /**
   * The most similar users, by the trained embedding, or by one folded in from the history where
   * the graph has no such user.
   *
   * @param outgrown whether the trained embedding is to be folded in as well, as it misses likes
   */
  List<UserIndex.Similar> similar(int user, List<Behaviour> history, int most, boolean outgrown) {
    float[] embedding =
        graph.degreeOfUser(user) > 0 && !outgrown
            ? model.users().row(user)
            : model.foldIn(
                history.stream().filter(Behaviour::liked).mapToInt(Behaviour::item).toArray(),
                graph);
    return Embeddings.dot(embedding, embedding) == 0
        ? List.of() // he is like nobody
        : index.nearest(embedding, most, user);
  }

  @Override
  public void close() {
    index.close();
  }
}
