package org.optirag.evaluation.bench;

import org.optirag.backbone.PackedPrompt;

/** An engine that scores candidates, to be timed beside others. */
public interface Contender extends AutoCloseable {

  /**
   * One scoring.
   *
   * @param wall seconds that passed
   * @param cpu seconds of the processor; of this system those of the calling thread
   * @param probabilities of Yes, one a candidate
   */
  record Run(double wall, double cpu, double[] probabilities) {}

  /** Its name in tables, for instance "llama.cpp-prefix". */
  String name();

  /** Its exit policy; "none" is full depth. */
  String policy();

  /** Its number type or quantization. */
  String dtype();

  /** Whether it finds a context that it has read before in a cache. */
  boolean cached();

  /** Most candidates that it is given of a workload: what reads each alone need not read all. */
  int most();

  /** Scores all candidates of a prompt. */
  Run run(PackedPrompt prompt);

  @Override
  void close();
}
