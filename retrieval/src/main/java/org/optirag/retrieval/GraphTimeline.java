package org.optirag.retrieval;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * The trained graph as it was at each {@link Horizon}. A graph that already joins a training
 * example's user to its item would give the answer away, and what is held out never meets such a
 * graph: so examples are told of similar users by a graph of what lies before their block of time.
 * The latest few are kept; ask for examples in order of time. Safe for use from many threads.
 */
public final class GraphTimeline implements AutoCloseable {
  /** How many snapshots are kept. */
  private static final int KEPT = 3;

  private final LongUnaryOperator horizons;
  private final LongFunction<GraphSnapshot> train;
  private final Map<Long, GraphSnapshot> snapshots = new LinkedHashMap<>(KEPT + 1, 1, true);

  /**
   * @param horizon how far a moment may see
   * @param train makes the snapshot of a horizon: the graph of what was liked strictly before it
   */
  public GraphTimeline(Horizon horizon, LongFunction<GraphSnapshot> train) {
    this(horizon::of, train);
  }

  private GraphTimeline(LongUnaryOperator horizons, LongFunction<GraphSnapshot> train) {
    this.horizons = horizons;
    this.train = train;
  }

  /** One graph for all times: for what is held out, and for serving. */
  public static GraphTimeline frozen(GraphSnapshot snapshot) {
    return new GraphTimeline(time -> 0, horizon -> snapshot);
  }

  /**
   * The graph that a moment may see. Two requests that need the same new snapshot wait for one to
   * make it.
   */
  synchronized GraphSnapshot at(long time) {
    long horizon = horizons.applyAsLong(time);
    GraphSnapshot known = snapshots.get(horizon);
    if (known == null) {
      known = train.apply(horizon);
      snapshots.put(horizon, known);
      if (snapshots.size() > KEPT) {
        // Left to the collector, not closed: another thread may still be asking it.
        snapshots.remove(snapshots.keySet().iterator().next());
      }
    }
    return known;
  }

  @Override
  public synchronized void close() {
    snapshots.values().forEach(GraphSnapshot::close);
    snapshots.clear();
  }
}
