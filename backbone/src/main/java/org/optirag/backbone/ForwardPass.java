package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A run of prompts through the blocks, one stretch of blocks at a time. All candidates stand at the
 * same block; those that need no more can be dropped on the way, and a context is dropped with its
 * last candidate. Not safe for use from several threads at once.
 *
 * <p>The last block of a stretch is run for the candidates' last tokens alone, which is all that a
 * head reads; for the other tokens it waits until it is known who goes on.
 */
public final class ForwardPass implements AutoCloseable {

  /** A candidate still in the batch: its number over all prompts, and its length. */
  private record Alive(int number, int length) {}

  /** A prompt still in the batch. */
  private record Row(int context, List<Alive> candidates) {
    int tokens() {
      return context + candidates.stream().mapToInt(Alive::length).sum();
    }
  }

  private final Backbone backbone;
  private List<Row> prompts = new ArrayList<>();
  private Tensor x;
  private Packing packing;
  private int blocksRun;

  /** What the attention of block {@link #blocksRun} reads, x being its input; null at first. */
  private Block.@Nullable Heads waiting;

  ForwardPass(Backbone backbone, List<PackedPrompt> packed) {
    this.backbone = backbone;
    int[] tokens = new int[packed.stream().mapToInt(PackedPrompt::tokens).sum()];
    int at = 0;
    int number = 0;
    for (PackedPrompt prompt : packed) {
      System.arraycopy(prompt.context(), 0, tokens, at, prompt.context().length);
      at += prompt.context().length;
      List<Alive> candidates = new ArrayList<>();
      for (int[] candidate : prompt.candidates()) {
        System.arraycopy(candidate, 0, tokens, at, candidate.length);
        at += candidate.length;
        candidates.add(new Alive(number++, candidate.length));
      }
      prompts.add(new Row(prompt.context().length, candidates));
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      x = Tensors.hold(backbone.embed(tokens));
      packing = pack();
    }
  }

  private Packing pack() {
    return backbone.packing(
        prompts.stream().mapToInt(Row::context).toArray(),
        prompts.stream()
            .map(row -> row.candidates.stream().mapToInt(Alive::length).toArray())
            .toList());
  }

  /** How many blocks have been run. */
  public int blocksRun() {
    return blocksRun;
  }

  /** The numbers, over all prompts in order, of the candidates still in the batch. */
  public int[] candidates() {
    return prompts.stream()
        .flatMap(row -> row.candidates.stream())
        .mapToInt(Alive::number)
        .toArray();
  }

  /** How many tokens are still in the batch, contexts and candidates. */
  public int tokens() {
    return packing.tokens();
  }

  /**
   * Runs the blocks up to and with {@code block}.
   *
   * @param block 1…L, not before the blocks already run
   */
  public void advanceTo(int block) {
    if (block < blocksRun || block > backbone.config().blocks()) {
      throw new IllegalArgumentException(
          "cannot go from block %d to %d of %d"
              .formatted(blocksRun, block, backbone.config().blocks()));
    }
    if (block == blocksRun || prompts.isEmpty()) {
      blocksRun = block;
      return;
    }
    runWaiting();
    while (blocksRun < block - 1) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        replace(backbone.block(blocksRun + 1).forward(x, packing));
      }
      blocksRun++;
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      waiting = held(backbone.block(block).heads(x, packing, null));
    }
    blocksRun = block;
  }

  /** Runs the block that waits for the tokens still in the batch. */
  private void runWaiting() {
    Block.Heads heads = waiting;
    if (heads == null) {
      return;
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Block block = backbone.block(blocksRun);
      Tensor mixed = block.attention().attend(heads.q(), heads.k(), heads.v(), packing, null);
      replace(block.finish(x, mixed, null, null));
    }
    release(heads);
    waiting = null;
  }

  /** The residual stream at the last token of each candidate in the batch, [candidates, hidden]. */
  public float[][] lastStates() {
    if (prompts.isEmpty()) {
      return new float[0][];
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor last = x.index_select(0, packing.lastRows());
      Block.Heads heads = waiting;
      if (heads == null) {
        return Tensors.rows(last);
      }
      Block block = backbone.block(blocksRun);
      Tensor mixed = block.attention().attendLast(heads.q(), heads.k(), heads.v(), packing);
      return Tensors.rows(block.finish(last, mixed, null, null));
    }
  }

  /**
   * Drops all candidates but the given ones, and the contexts that no candidate needs any more.
   *
   * @param candidates numbers as {@link #candidates} gives them
   */
  public void keep(int[] candidates) {
    BitSet kept = new BitSet();
    Arrays.stream(candidates).forEach(kept::set);
    List<Row> remaining = new ArrayList<>();
    BitSet rows = new BitSet();
    int at = 0;
    for (Row row : prompts) {
      int start = at;
      List<Alive> alive = new ArrayList<>();
      at += row.context;
      for (Alive candidate : row.candidates) {
        if (kept.get(candidate.number)) {
          alive.add(candidate);
          rows.set(at, at + candidate.length);
        }
        at += candidate.length;
      }
      if (!alive.isEmpty()) {
        rows.set(start, start + row.context);
        remaining.add(new Row(row.context, alive));
      }
    }
    if (rows.cardinality() == packing.tokens()) {
      return;
    }
    prompts = remaining;
    packing.close();
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor left = backbone.indices(rows.stream().toArray());
      replace(x.index_select(0, left));
      Block.Heads heads = waiting;
      if (heads != null) {
        waiting =
            held(
                new Block.Heads(
                    heads.q().index_select(0, left),
                    heads.k().index_select(0, left),
                    heads.v().index_select(0, left)));
        release(heads);
      }
      packing = pack();
    }
  }

  private void replace(Tensor next) {
    Tensor before = x;
    x = Tensors.hold(next);
    Tensors.release(before);
  }

  private static Block.Heads held(Block.Heads heads) {
    return new Block.Heads(
        Tensors.hold(heads.q()), Tensors.hold(heads.k()), Tensors.hold(heads.v()));
  }

  private static void release(Block.Heads heads) {
    Tensors.release(heads.q());
    Tensors.release(heads.k());
    Tensors.release(heads.v());
  }

  @Override
  public void close() {
    if (waiting != null) {
      release(waiting);
    }
    Tensors.release(x);
    packing.close();
  }
}
