package org.optirag.recommender;

import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.VisibleHistory;

/**
 * A retriever over one knowledge snapshot, to be asked with what a request knows beyond it. Safe
 * for use from many threads.
 */
public interface SnapshotRetriever extends AutoCloseable {
  /**
   * For one request; left to the collector, not to be closed.
   *
   * @param visible of the same snapshot, with the user's updates
   * @param texts as the request sees them
   */
  Retriever with(VisibleHistory visible, ItemTexts texts);

  /** Lets go what it holds; no request may be under way. */
  @Override
  void close();
}
