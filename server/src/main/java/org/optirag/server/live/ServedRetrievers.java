package org.optirag.server.live;

import java.util.function.Function;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.TrainedGraphs;
import org.optirag.workspace.UserException;

/** The retriever that a bundle's prompts were written with, over snapshots that change. */
final class ServedRetrievers {
  private ServedRetrievers() {}

  /**
   * By the bundle's name of it.
   *
   * @param graphs of the imported data; asked only where the retriever needs one
   * @throws UserException if it needs what a service does not have
   */
  static Function<KnowledgeSnapshot, SnapshotRetriever> of(Bundle bundle, TrainedGraphs graphs) {
    int history = bundle.history();
    return switch (bundle.retriever()) {
      case "none" -> SnapshotRetriever.none();
      case "recent" -> SnapshotRetriever.recent(history);
      case "popular" -> SnapshotRetriever.popular(history);
      case "bm25" -> SnapshotRetriever.bm25(history);
      case "gcn" -> SnapshotRetriever.gcn(graphs.snapshot(), history);
      default ->
          throw new UserException(
              "The bundle's retriever \"%s\" cannot be served: it reads every new text with the LLM."
                  .formatted(bundle.retriever()),
              "Train a bundle with one of none, recent, popular, bm25, gcn.");
    };
  }
}
