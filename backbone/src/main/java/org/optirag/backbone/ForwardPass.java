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
  private record Row(PassContext context, List<Alive> candidates) {
    int tokens() {
      return context.rows() + candidates.stream().mapToInt(Alive::length).sum();
    }
  }

  /**
   * Most rows that go through a block's projections together. What lies between the projections is
   * six times as wide as a row: of more rows it leaves the processor's caches on the way.
   */
  private static final long STRIP = 1024;

  private final Backbone backbone;
  private final boolean masked;
  private List<Row> prompts = new ArrayList<>();
  private Tensor x;
  private Packing packing;
  private int blocksRun;
  private boolean closed;
  private Runnable beforeBlocks = () -> {};

  /** What the attention of block {@link #blocksRun} reads, x being its input; null at first. */
  private Block.@Nullable Heads waiting;

  /**
   * @param masked whether attention is one masked product, as {@link Attention#attendMasked}; not
   *     with a cache
   */
  ForwardPass(
      Backbone backbone, List<PackedPrompt> packed, @Nullable ContextCache cache, boolean masked) {
    this.backbone = backbone;
    this.masked = masked;
    List<int[]> tokens = new ArrayList<>();
    int number = 0;
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      for (PackedPrompt prompt : packed) {
        PassContext context = new PassContext(prompt.context(), cache);
        tokens.add(context.rowTokens());
        List<Alive> candidates = new ArrayList<>();
        prompts.add(new Row(context, candidates));
        for (int[] candidate : prompt.candidates()) {
          tokens.add(candidate);
          candidates.add(new Alive(number++, candidate.length));
        }
      }
      Tensor embedded = backbone.embed(tokens.stream().flatMapToInt(Arrays::stream).toArray());
      packing = packed(backbone, masked, prompts);
      x = Tensors.hold(embedded);
    } catch (RuntimeException | Error e) {
      prompts.forEach(row -> row.context.close());
      throw e;
    }
  }

  private static Packing packed(Backbone backbone, boolean masked, List<Row> prompts) {
    Packing packed =
        backbone.packing(
            prompts.stream().mapToInt(row -> row.context.rows()).toArray(),
            prompts.stream().mapToInt(row -> row.context.asleep()).toArray(),
            prompts.stream()
                .map(row -> row.candidates.stream().mapToInt(Alive::length).toArray())
                .toList());
    try {
      if (masked) {
        packed.mask(backbone.block(1).mixing());
      }
    } catch (RuntimeException | Error e) {
      packed.close();
      throw e;
    }
    return packed;
  }

  /** Lays the batch out anew. */
  private void pack() {
    Packing fresh = packed(backbone, masked, prompts);
    packing.close();
    packing = fresh;
  }

  /** The prompts with what their sleeping contexts hold at a block. */
  private List<Packing.Segment> segments(int block) {
    List<Packing.Segment> segments = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      segments.add(packing.segments().get(p).with(prompts.get(p).context.past(block)));
    }
    return segments;
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
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      if (waiting != null) {
        run(blocksRun);
      }
      while (blocksRun < block - 1) {
        run(++blocksRun);
      }
      beforeBlocks.run();
      waiting = read(block);
      blocksRun = block;
    }
  }

  /**
   * Asks before every block that is run: what throws ends the pass there, which is then to be
   * closed.
   *
   * @return this
   */
  public ForwardPass asking(Runnable before) {
    this.beforeBlocks = before;
    return this;
  }

  /** Runs a block to its end, x being its input, for all tokens that later blocks may need. */
  private void run(int number) {
    beforeBlocks.run();
    try (PointerScope scope = new PointerScope()) {
      if (wake(number)) {
        forgetWaiting();
      }
      Block.Heads heads = waiting == null ? read(number) : waiting;
      waiting = heads; // closing finds it if this fails
      Block block = backbone.block(number);
      Tensor mixed = PassPart.ATTENTION.tensor(() -> attend(block, heads, segments(number)));
      replace(finished(block, mixed));
      forgetWaiting();
    }
  }

  private Tensor attend(Block block, Block.Heads heads, List<Packing.Segment> segments) {
    @Nullable Tensor mask = packing.mask();
    return mask == null
        ? block.attention().attend(heads.q(), heads.k(), heads.v(), segments)
        : block.attention().attendMasked(heads.q(), heads.k(), heads.v(), mask);
  }

  /** The same for the candidates' last tokens alone. */
  private Tensor attendLast(Block block, Block.Heads heads, List<Packing.Segment> segments) {
    Tensor rows = packing.lastRows();
    @Nullable Tensor mask = packing.mask();
    return mask == null
        ? block.attention().attendLast(heads.q(), heads.k(), heads.v(), rows, segments)
        : block
            .attention()
            .attendMasked(
                heads.q().index_select(0, rows), heads.k(), heads.v(), mask.index_select(0, rows));
  }

  /** The rest of a block; where there are very many rows, a strip of them at a time. */
  private Tensor finished(Block block, Tensor mixed) {
    long rows = x.size(0);
    long strips = (rows + STRIP - 1) / STRIP;
    List<Tensor> parts = new ArrayList<>();
    for (long strip = 0; strip < strips; strip++) {
      long from = rows * strip / strips;
      long count = rows * (strip + 1) / strips - from;
      parts.add(
          Tensors.only(() ->
              block.finish(x.narrow(0, from, count), mixed.narrow(0, from, count), null, null)));
    }
    return Tensors.concat(0, parts.toArray(Tensor[]::new));
  }

  private void forgetWaiting() {
    if (waiting != null) {
      release(waiting);
      waiting = null;
    }
  }

  /** What a block's attention reads; to be released. Contexts take down their part. */
  private Block.Heads read(int number) {
    Block.Heads heads = backbone.block(number).heads(x, packing, null);
    for (int p = 0; p < prompts.size(); p++) {
      prompts.get(p).context.learn(heads, packing.segments().get(p).start(), number);
    }
    return held(heads);
  }

  /** Gives rows to the contexts of which the cache knows no more than this block. */
  private boolean wake(int number) {
    if (prompts.stream().noneMatch(row -> row.context.mustWake(number))) {
      return false;
    }
    List<Tensor> parts = new ArrayList<>();
    long at = 0;
    for (Row row : prompts) {
      long rows = row.tokens();
      if (row.context.mustWake(number)) {
        parts.add(row.context.wake());
      }
      parts.add(x.narrow(0, at, rows));
      at += rows;
    }
    replace(Tensors.concat(0, parts.toArray(Tensor[]::new)));
    pack();
    return true;
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
        return PassPart.STATES.of(() -> Tensors.rows(last));
      }
      Block block = backbone.block(blocksRun);
      Tensor mixed = PassPart.ATTENTION.of(() -> attendLast(block, heads, segments(blocksRun)));
      Tensor finished = block.finish(last, mixed, null, null);
      return PassPart.STATES.of(() -> Tensors.rows(finished));
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
      at += row.context.rows();
      for (Alive candidate : row.candidates) {
        if (kept.get(candidate.number)) {
          alive.add(candidate);
          rows.set(at, at + candidate.length);
        }
        at += candidate.length;
      }
      if (alive.isEmpty()) {
        leave(row.context, start);
      } else {
        rows.set(start, start + row.context.rows());
        remaining.add(new Row(row.context, alive));
      }
    }
    if (rows.cardinality() == packing.tokens()) {
      return;
    }
    prompts = remaining;
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
      pack();
    }
  }

  /** A context's last candidate has left. */
  private void leave(PassContext context, int start) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      if (waiting != null) {
        context.remember(x, start);
      }
    } finally {
      context.close();
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
    if (closed) {
      return;
    }
    closed = true;
    try {
      int start = 0;
      for (Row row : prompts) {
        leave(row.context, start);
        start += row.tokens();
      }
    } finally {
      prompts.forEach(row -> row.context.close());
      forgetWaiting();
      Tensors.release(x);
      packing.close();
    }
  }
}
