package org.optirag.spark.score;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.optirag.workspace.CacheDirectory;

/** The scorers of this process: whoever comes first loads one, all others wait and share it. */
final class ProcessScorers {
  private static final Map<ScoringSettings, TaskScorer> LOADED = new ConcurrentHashMap<>();

  private ProcessScorers() {}

  static TaskScorer of(ScoringSettings settings) {
    return LOADED.computeIfAbsent(
        settings, wanted -> TaskScorer.open(wanted, CacheDirectory.standard()));
  }
}
