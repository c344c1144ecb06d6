package org.optirag.recommender.knowledge;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.retrieval.behaviour.BehaviourFeatures;
import org.optirag.retrieval.behaviour.LatentSimilarity;

/**
 * What is known of everybody up to a moment, with all that is computed of it. Immutable; what is
 * costly is made when it is first asked for. Safe for use from many threads.
 */
public final class KnowledgeSnapshot {
  private final Dataset data;
  private final VisibleHistory visible;
  private final CandidateFeatures features;
  private final BitSet likers;
  private final Behaviours told;
  private final long sequence;
  private @Nullable Graph graph; // guarded by this, like the names
  private @Nullable Names names;
  private @Nullable BehaviourFeatures behaviour;
  private @Nullable LatentSimilarity latent;

  /**
   * @param data users, items and all interactions
   * @param visible what may be seen of them
   * @param likers users whose likes are others than those that were imported
   * @param told the rows that came as events and count
   * @param sequence the last event that it knows
   * @param names the names to search, or null to make them
   */
  KnowledgeSnapshot(
      Dataset data,
      VisibleHistory visible,
      BitSet likers,
      Behaviours told,
      long sequence,
      @Nullable Names names) {
    this.data = data;
    this.visible = visible;
    this.likers = likers;
    this.told = told;
    this.sequence = sequence;
    this.names = names;
    this.features = new CandidateFeatures(data, visible);
  }

  /** As it was imported, before any event. */
  public static KnowledgeSnapshot of(Dataset data, Split split) {
    Interactions none = data.interactions().rows(new int[0]);
    return new KnowledgeSnapshot(
        data,
        VisibleHistory.of(data, split),
        new BitSet(),
        new Behaviours(none, data.users().size(), data.items().size()),
        0,
        null);
  }

  /** Makes what every request after {@link #end} needs, so that none has to wait for it. */
  KnowledgeSnapshot prepared() {
    features.prepare(end());
    graph();
    names();
    return this;
  }

  /** Users, items and all interactions. */
  public Dataset data() {
    return data;
  }

  /** What may be seen of them. */
  public VisibleHistory visible() {
    return visible;
  }

  /** What the graph of labels says of candidates. */
  public CandidateFeatures features() {
    return features;
  }

  /** What counting says of candidates. */
  public synchronized BehaviourFeatures behaviour() {
    if (behaviour == null) {
      behaviour = new BehaviourFeatures(data, visible);
    }
    return behaviour;
  }

  /** How alike items are by who liked them. */
  public synchronized LatentSimilarity latent() {
    if (latent == null) {
      latent = new LatentSimilarity(data, visible);
    }
    return latent;
  }

  /** Who liked what, as the neighbours' embeddings are made of it. */
  public synchronized Graph graph() {
    if (graph == null) {
      graph = Graph.of(visible.others().interactions(), data.users().size(), data.items().size());
    }
    return graph;
  }

  /** The last event that it knows. */
  public long sequence() {
    return sequence;
  }

  /** Names of users and items in order, to search them. */
  public synchronized Names names() {
    if (names == null) {
      names = Names.of(data.users(), data.items());
    }
    return names;
  }

  /** Users whose likes are others than those that were imported, ascending. */
  public int[] changedUsers() {
    return likers.stream().toArray();
  }

  /** Whether a user's likes are others than those that were imported. */
  public boolean changed(int user) {
    return likers.get(user);
  }

  /** The rows that came as events and count: of each user and item the last. */
  public Behaviours told() {
    return told;
  }

  /** A moment after everything. */
  public long end() {
    return Math.max(
        after(visible.own().interactions()),
        Math.max(after(visible.others().interactions()), visible.horizon().last() + 1));
  }

  private static long after(Interactions rows) {
    return rows.size() == 0 ? 0 : rows.time(rows.size() - 1) + 1;
  }

  /** How many users saw an item, and how many of them liked it. */
  public int[] received(int item) {
    Behaviours others = visible.others();
    int liked = 0;
    int[] rows = others.ofItem(item, Long.MAX_VALUE);
    for (int row : rows) {
      liked += others.interactions().label(row) ? 1 : 0;
    }
    return new int[] {rows.length, liked};
  }
}
