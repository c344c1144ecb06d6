package org.optirag.evaluation.bench;

import org.optirag.backbone.PackedPrompt;

/**
 * Another engine in one of its ways of reading.
 *
 * @param name in tables
 * @param mode "alone": every prompt by itself; "prefix": the context once, kept in its cache
 * @param dtype its number type or quantization
 * @param most candidates that it is given of a workload
 * @param process closed with the last of its ways by whoever started it
 */
public record PeerContender(String name, String mode, String dtype, int most, PeerProcess process)
    implements Contender {
  @Override
  public String policy() {
    return "none";
  }

  @Override
  public boolean cached() {
    return false;
  }

  @Override
  public Run run(PackedPrompt prompt) {
    return process.score(mode, prompt);
  }

  @Override
  public void close() {
    // The process may have another way of reading.
  }
}
