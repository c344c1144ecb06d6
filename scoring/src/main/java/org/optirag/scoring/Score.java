package org.optirag.scoring;

import java.util.List;

/**
 * What the scorer says of one candidate.
 *
 * @param probability pCTR, in (0, 1)
 * @param exitBlock after which block it stopped; 0: before the first, the LLM did not read it
 * @param trace what each head said, shallowest first
 */
public record Score(double probability, int exitBlock, List<Reading> trace) {
  /** Copies the list. */
  public Score {
    trace = List.copyOf(trace);
  }

  /** Whether all that it says are numbers: broken weights make none. */
  public boolean hasNumbers() {
    return Double.isFinite(probability)
        && trace.stream().allMatch(reading -> Double.isFinite(reading.probability));
  }

  /**
   * What one head said.
   *
   * @param block after which it stands, 0 for the head before the first
   * @param probability its calibrated Yes-probability
   */
  public record Reading(int block, double probability) {}
}
