package org.optirag.recommender;

import org.optirag.dataset.ItemTexts;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.SemanticRetriever;
import org.optirag.retrieval.VisibleHistory;

/** The one place where retrievers are made. */
public final class Retrievers {
  private Retrievers() {}

  /**
   * Makes what a retriever needs of a snapshot.
   *
   * @throws org.optirag.workspace.UserException if the sources have not what it needs
   */
  public static SnapshotRetriever of(
      RetrieverSettings settings, KnowledgeSnapshot snapshot, RetrieverSources sources) {
    return switch (settings) {
      case RetrieverSettings.None none -> plain((visible, texts) -> RecentRetriever.none(visible));
      case RetrieverSettings.Recent recent ->
          plain((visible, texts) -> RecentRetriever.recent(visible, recent.history()));
      case RetrieverSettings.Popular popular ->
          plain((visible, texts) -> RecentRetriever.popular(visible, popular.history()));
      case RetrieverSettings.Bm25 bm25 -> {
        Bm25Retriever index = new Bm25Retriever(snapshot.visible(), snapshot.data().items(), bm25);
        yield holding(index::with, index);
      }
      case RetrieverSettings.Semantic semantic -> {
        Embeddings items = sources.itemEmbeddings();
        yield plain((visible, texts) -> new SemanticRetriever(visible, items, semantic));
      }
      case RetrieverSettings.Gcn gcn -> {
        GraphTimeline graph = sources.graph(snapshot);
        yield holding((visible, texts) -> new GcnRetriever(visible, graph, gcn), graph);
      }
    };
  }

  @FunctionalInterface
  private interface ByRequest {
    Retriever with(VisibleHistory visible, ItemTexts texts);
  }

  private static SnapshotRetriever plain(ByRequest retriever) {
    return holding(retriever, () -> {});
  }

  private static SnapshotRetriever holding(ByRequest retriever, AutoCloseable held) {
    return new SnapshotRetriever() {
      @Override
      public Retriever with(VisibleHistory visible, ItemTexts texts) {
        return retriever.with(visible, texts);
      }

      @Override
      public void close() {
        try {
          held.close();
        } catch (Exception e) {
          throw new IllegalStateException("closing failed", e);
        }
      }
    };
  }
}
