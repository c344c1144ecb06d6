package org.optirag.evaluation;

import java.util.List;

/**
 * What one scorer reached on some impressions, and at what cost.
 *
 * @param name the scorer's name
 * @param metrics how good its predictions were
 * @param buildSeconds how long its preparation took
 * @param scoreSeconds how long all requests took together
 * @param requests how many requests there were
 * @param meanDepth the share of the LLM's blocks that candidates went through, NaN without an LLM
 * @param stages latency of each stage; "request" is the whole
 * @param predictions the prediction of each impression
 */
public record EvaluationResult(
    String name,
    Metrics metrics,
    double buildSeconds,
    double scoreSeconds,
    int requests,
    double meanDepth,
    List<StageTimes.StageTime> stages,
    Predictions predictions) {
  /** Copies the list. */
  public EvaluationResult {
    stages = List.copyOf(stages);
  }

  /**
   * The times of whole requests.
   *
   * @throws IllegalStateException if they were not timed
   */
  public StageTimes.StageTime request() {
    return stages.stream()
        .filter(stage -> stage.stage().equals(Evaluator.REQUEST))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no stage " + Evaluator.REQUEST));
  }

  /**
   * How much better this scorer is than another on the same impressions.
   *
   * @throws IllegalArgumentException if the impressions differ
   */
  public Comparison against(EvaluationResult baseline) {
    return Comparison.of(predictions, baseline.predictions, metrics.seed(), metrics.resamples());
  }

  /** Requests a second, by all workers together. */
  public double requestsPerSecond() {
    return requests / scoreSeconds;
  }

  /** Scored candidates a second. */
  public double candidatesPerSecond() {
    return predictions.size() / scoreSeconds;
  }
}
