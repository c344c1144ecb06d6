package org.optirag.evaluation;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run of `evaluate` found: several scorers on the same impressions.
 *
 * @param title for instance "movielens-100k, test, zero-shot"
 * @param created when it ended
 * @param facts what a reader needs to repeat it, in order: data set, split, backbone, seed, …
 * @param results one for each scorer
 * @param slices parts of the impressions that are told of by themselves; may be none
 */
public record Evaluation(
    String title,
    Instant created,
    Map<String, String> facts,
    List<EvaluationResult> results,
    List<Slice> slices) {
  /** Without slices. */
  public Evaluation(
      String title, Instant created, Map<String, String> facts, List<EvaluationResult> results) {
    this(title, created, facts, results, List.of());
  }

  /** Copies, keeping the order. */
  public Evaluation {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    results = List.copyOf(results);
    slices = List.copyOf(slices);
  }
}
