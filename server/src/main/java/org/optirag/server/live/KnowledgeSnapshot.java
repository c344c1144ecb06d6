package org.optirag.server.live;

import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.VisibleHistory;

/**
 * What is known of everybody up to a moment, with all that is computed of it. Immutable but for
 * what the retrievers of bundles add; safe for use from many threads.
 */
final class KnowledgeSnapshot {
  private final Dataset data;
  private final VisibleHistory visible;
  private final CandidateFeatures features;
  private final Graph graph;
  private final BitSet likers;
  private final int[] events;
  private final long sequence;
  private final Names names;
  private final Map<Object, SnapshotRetriever> retrievers = new ConcurrentHashMap<>();

  /**
   * @param data users, items and all interactions
   * @param visible what may be seen of them
   * @param likers users that liked something since the data were imported
   * @param events per user, his interactions since then
   * @param sequence the last event that it knows
   * @param names the names to search
   */
  KnowledgeSnapshot(
      Dataset data,
      VisibleHistory visible,
      BitSet likers,
      int[] events,
      long sequence,
      Names names) {
    this.data = data;
    this.visible = visible;
    this.likers = likers;
    this.events = events;
    this.sequence = sequence;
    this.names = names;
    this.features = new CandidateFeatures(data, visible);
    this.graph =
        Graph.of(visible.others().interactions(), data.users().size(), data.items().size());
    features.prepare(end());
  }

  /** Before any event. */
  static KnowledgeSnapshot of(Dataset data, Split split) {
    return new KnowledgeSnapshot(
        data,
        VisibleHistory.of(data, split),
        new BitSet(),
        new int[data.users().size()],
        0,
        Names.of(data.users(), data.items()));
  }

  Dataset data() {
    return data;
  }

  VisibleHistory visible() {
    return visible;
  }

  CandidateFeatures features() {
    return features;
  }

  /** Who liked what, as the neighbours' embeddings are made of it. */
  Graph graph() {
    return graph;
  }

  long sequence() {
    return sequence;
  }

  Names names() {
    return names;
  }

  BitSet likers() {
    return likers;
  }

  /** Interactions of a user since the data were imported. */
  int events(int user) {
    return user < events.length ? events[user] : 0;
  }

  int[] events() {
    return events;
  }

  /** A moment after everything. */
  long end() {
    return Math.max(
        after(visible.own().interactions()),
        Math.max(after(visible.others().interactions()), visible.horizon().last() + 1));
  }

  private static long after(Interactions rows) {
    return rows.size() == 0 ? 0 : rows.time(rows.size() - 1) + 1;
  }

  /** What a bundle's retriever needs of this snapshot, made once. */
  SnapshotRetriever retriever(Object bundle, Function<KnowledgeSnapshot, SnapshotRetriever> make) {
    return retrievers.computeIfAbsent(bundle, key -> make.apply(this));
  }

  /** Lets go of what a bundle's retriever needed. */
  void forget(Object bundle) {
    retrievers.remove(bundle);
  }

  /** How many users saw an item, and how many of them liked it. */
  int[] received(int item) {
    Behaviours others = visible.others();
    int liked = 0;
    int[] rows = others.ofItem(item, Long.MAX_VALUE);
    for (int row : rows) {
      liked += others.interactions().label(row) ? 1 : 0;
    }
    return new int[] {rows.length, liked};
  }
}
