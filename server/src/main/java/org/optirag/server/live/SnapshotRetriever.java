package org.optirag.server.live;

import java.util.function.Function;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.VisibleHistory;

/** A retriever over one snapshot, to be asked with what a request knows beyond it. */
@FunctionalInterface
interface SnapshotRetriever {
  /**
   * For one request; left to the collector.
   *
   * @param visible of the same snapshot, with the user's updates
   * @param texts as the request sees them
   */
  Retriever with(VisibleHistory visible, ItemTexts texts);

  /** The user's profile and the candidate alone. */
  static Function<KnowledgeSnapshot, SnapshotRetriever> none() {
    return snapshot -> (visible, texts) -> RecentRetriever.none(visible);
  }

  /** The latest behaviours. */
  static Function<KnowledgeSnapshot, SnapshotRetriever> recent(int history) {
    return snapshot -> (visible, texts) -> RecentRetriever.recent(visible, history);
  }

  /** The latest behaviours, and how all users received each candidate. */
  static Function<KnowledgeSnapshot, SnapshotRetriever> popular(int history) {
    return snapshot -> (visible, texts) -> RecentRetriever.popular(visible, history);
  }

  /** The behaviours whose texts are most like the candidates'. */
  static Function<KnowledgeSnapshot, SnapshotRetriever> bm25(int history) {
    return snapshot -> {
      Bm25Retriever index = new Bm25Retriever(snapshot.visible(), snapshot.data().items(), history);
      return index::with;
    };
  }

  /**
   * Similar users by the graph.
   *
   * @param trained of the imported data
   */
  static Function<KnowledgeSnapshot, SnapshotRetriever> gcn(GraphSnapshot trained, int history) {
    GcnRetriever.Settings settings = GcnRetriever.Settings.DEFAULT.withHistory(history);
    return snapshot -> {
      int[] changed = snapshot.likers().stream().toArray();
      GraphTimeline now = GraphTimeline.frozen(trained.grown(snapshot.graph(), changed));
      return (visible, texts) -> new GcnRetriever(visible, now, settings);
    };
  }
}
