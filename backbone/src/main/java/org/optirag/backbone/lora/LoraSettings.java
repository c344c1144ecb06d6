package org.optirag.backbone.lora;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The form of a low-rank adapter (LoRA, arXiv 2106.09685): W x becomes W x + alpha / rank · B A x.
 *
 * @param rank rows of A and columns of B
 * @param alpha how strongly the adapter counts
 * @param dropout the share of A's inputs left out in training, in [0, 1)
 * @param modules the matrices it changes, not empty
 * @param firstBlock the first block it changes, 1…L
 * @param lastBlock the last one
 */
public record LoraSettings(
    int rank,
    double alpha,
    double dropout,
    Set<LoraModule> modules,
    int firstBlock,
    int lastBlock) {

  /**
   * Copies the set.
   *
   * @throws IllegalArgumentException if a number is out of its range or no module is named
   */
  public LoraSettings {
    if (rank < 1 || !(alpha > 0) || !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "rank %d, alpha %s, dropout %s".formatted(rank, alpha, dropout));
    }
    if (modules.isEmpty() || firstBlock < 1 || lastBlock < firstBlock) {
      throw new IllegalArgumentException(
          "modules %s of blocks %d to %d".formatted(modules, firstBlock, lastBlock));
    }
    modules = Collections.unmodifiableSet(EnumSet.copyOf(modules));
  }

  /** The settings in words. */
  public String text() {
    return "rank %d, alpha %s, dropout %s, on %s of blocks %d to %d"
        .formatted(
            rank,
            alpha,
            dropout,
            modules.stream().map(LoraModule::target).collect(Collectors.joining(", ")),
            firstBlock,
            lastBlock);
  }

  /** What B A is multiplied by. */
  public double scale() {
    return alpha / rank;
  }

  /** Whether the adapter changes a block, 1…L. */
  public boolean covers(int block) {
    return block >= firstBlock && block <= lastBlock;
  }
}
