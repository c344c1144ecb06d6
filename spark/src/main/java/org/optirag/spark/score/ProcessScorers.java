package org.optirag.spark.score;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.optirag.workspace.CacheDirectory;

/** The scorers of this process: whoever comes first loads one, all others wait and share it. */
final class ProcessScorers {
  private static final Map<ScoringSettings, BundledScorer> LOADED = new ConcurrentHashMap<>();

  private ProcessScorers() {}

  static BundledScorer of(ScoringSettings settings) {
    return LOADED.computeIfAbsent(
        settings, wanted -> BundledScorer.open(wanted, CacheDirectory.standard()));
  }
}
