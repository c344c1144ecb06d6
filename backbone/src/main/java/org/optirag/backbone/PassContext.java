package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The context of one prompt during a pass. It sleeps as long as a cache knows its keys and values:
 * then it has no rows in the batch.
 */
final class PassContext implements AutoCloseable {
  private final int[] tokens;
  private final @Nullable ContextCache cache;
  private final @Nullable CachedPrefix known;
  private final List<LayerKv> learned = new ArrayList<>();
  private boolean awake;
  private boolean closed;

  PassContext(int[] tokens, @Nullable ContextCache cache) {
    this.tokens = tokens;
    this.cache = tokens.length == 0 ? null : cache;
    this.known = this.cache == null ? null : this.cache.borrow(tokens);
    this.awake = known == null;
  }

  /** Its tokens that are rows of the batch. */
  int[] rowTokens() {
    return awake ? tokens : new int[0];
  }

  /** How many of its tokens are rows of the batch. */
  int rows() {
    return awake ? tokens.length : 0;
  }

  /** How many of its tokens are none. */
  int asleep() {
    return awake ? 0 : tokens.length;
  }

  /** Its keys and values at a block where it sleeps, else null. */
  @Nullable LayerKv past(int block) {
    return awake ? null : Objects.requireNonNull(known).past(block);
  }

  /** Whether it must have rows to run a block to its end, because the cache knows no further. */
  boolean mustWake(int block) {
    return !awake && Objects.requireNonNull(known).depth() == block;
  }

  /** Gets rows. The residual stream before the block that it wakes at is to be theirs. */
  Tensor wake() {
    CachedPrefix before = Objects.requireNonNull(known);
    before.pasts().subList(0, before.depth() - 1).forEach(past -> learned.add(past.held()));
    awake = true;
    return before.residual();
  }

  /** Takes down what was computed at the next block. */
  void learn(Block.Heads heads, int start, int block) {
    if (cache != null && awake && learned.size() == block - 1) {
      learned.add(LayerKv.of(heads, start, tokens.length));
    }
  }

  /**
   * Leaves a copy of what it has learned in the cache.
   *
   * @param x the input of the last block it learned at
   * @param start its first row
   */
  void remember(Tensor x, int start) {
    if (cache != null && awake && learned.size() > (known == null ? 0 : known.depth())) {
      Tensor residual = x.narrow(0, start, tokens.length);
      cache.put(tokens, CachedPrefix.copyOf(learned, residual));
    }
  }

  @Override
  public void close() {
    learned.forEach(LayerKv::release);
    learned.clear();
    if (known != null && !closed) {
      known.release();
    }
    closed = true;
  }
}
