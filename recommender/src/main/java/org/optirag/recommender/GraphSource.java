package org.optirag.recommender;

import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphTimeline;

/** The trained graph for retrievers, and nothing else. Its training waits until it is asked for. */
public final class GraphSource implements RetrieverSources {
  private final Function<KnowledgeSnapshot, GraphTimeline> graph;

  private GraphSource(Function<KnowledgeSnapshot, GraphTimeline> graph) {
    this.graph = graph;
  }

  /**
   * Of imported data, for instance {@code TrainedGraphs::timeline}: moments within training see
   * graphs of what lies before them.
   */
  public static GraphSource imported(Supplier<GraphTimeline> timeline) {
    return new GraphSource(snapshot -> timeline.get());
  }

  /** One graph for all moments, which lie after training. */
  public static GraphSource frozen(GraphSnapshot graph) {
    return new GraphSource(snapshot -> GraphTimeline.frozen(graph));
  }

  /**
   * Of imported data and what came after: embeddings of users whose likes have changed are folded
   * in, those of new users and items made.
   *
   * @param whole the graph of the imported data, for instance {@code TrainedGraphs::snapshot};
   *     asked once
   */
  public static GraphSource growing(Supplier<GraphSnapshot> whole) {
    return new GraphSource(
        new Function<>() {
          private @Nullable GraphSnapshot trained; // guarded by this

          @Override
          public synchronized GraphTimeline apply(KnowledgeSnapshot snapshot) {
            if (trained == null) {
              trained = whole.get();
            }
            return GraphTimeline.frozen(trained.grown(snapshot.graph(), snapshot.changedUsers()));
          }
        });
  }

  @Override
  public GraphTimeline graph(KnowledgeSnapshot snapshot) {
    return graph.apply(snapshot);
  }
}
