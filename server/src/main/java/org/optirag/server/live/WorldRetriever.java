package org.optirag.server.live;

import java.util.function.Function;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.Witness;

/** A retriever over one world, to be asked with what a request knows beyond it. */
@FunctionalInterface
interface WorldRetriever {
  /**
   * For one request; left to the collector.
   *
   * @param witness of the same world, with the user's news
   * @param texts as the request sees them
   */
  Retriever with(Witness witness, ItemTexts texts);

  /** The user's profile and the candidate alone. */
  static Function<World, WorldRetriever> none() {
    return world -> (witness, texts) -> RecentRetriever.none(witness);
  }

  /** The latest behaviours. */
  static Function<World, WorldRetriever> recent(int history) {
    return world -> (witness, texts) -> RecentRetriever.recent(witness, history);
  }

  /** The latest behaviours, and how all users received each candidate. */
  static Function<World, WorldRetriever> popular(int history) {
    return world -> (witness, texts) -> RecentRetriever.popular(witness, history);
  }

  /** The behaviours whose texts are most like the candidates'. */
  static Function<World, WorldRetriever> bm25(int history) {
    return world -> {
      Bm25Retriever index = new Bm25Retriever(world.witness(), world.data().items(), history);
      return index::with;
    };
  }

  /**
   * Similar users by the graph.
   *
   * @param trained of the imported data
   */
  static Function<World, WorldRetriever> gcn(LightGcn trained, int history) {
    GcnRetriever.Settings settings = GcnRetriever.Settings.DEFAULT.withHistory(history);
    return world -> {
      boolean grown =
          !world.likers().isEmpty()
              || world.graph().users() > trained.users().rows()
              || world.graph().items() > trained.items().rows();
      LightGcn model =
          grown ? trained.grown(world.graph(), world.likers().stream().toArray()) : trained;
      GraphTimeline now = GraphTimeline.frozen(new GraphSnapshot(world.graph(), model));
      return (witness, texts) -> new GcnRetriever(witness, now, settings);
    };
  }
}
