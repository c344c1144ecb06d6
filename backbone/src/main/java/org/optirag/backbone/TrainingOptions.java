package org.optirag.backbone;

/**
 * How training runs; none of it changes what is learned but the seed.
 *
 * @param seed of the dropout
 * @param workers threads that share the prompts of a batch; each runs one operation at a time
 * @param recompute whether blocks are run again on the way back instead of being remembered: far
 *     less memory for half as much time again
 */
public record TrainingOptions(long seed, int workers, boolean recompute) {
  /**
   * @throws IllegalArgumentException if there is no worker
   */
  public TrainingOptions {
    if (workers < 1) {
      throw new IllegalArgumentException(workers + " workers");
    }
  }
}
