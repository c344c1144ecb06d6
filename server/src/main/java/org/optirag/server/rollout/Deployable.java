package org.optirag.server.rollout;

import org.optirag.backbone.ContextCache;
import org.optirag.server.ranking.RankingModel;

/** A bundle in memory: it ranks, says what it is, and can be let go. */
public interface Deployable extends RankingModel, AutoCloseable {
  /** What it is. */
  BundleCard card();

  /** How its memory of contexts does. */
  ContextCache.Statistics contexts();

  /** Multiplications and additions of all blocks for a token, attention aside. */
  double flopsPerToken();

  /** Frees its memory, after the passes that are running. */
  @Override
  void close();
}
