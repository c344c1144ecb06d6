package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/**
 * Block-structured causal attention: a context's tokens see the context causally; a candidate's
 * tokens see the whole context and, causally, their own candidate. Computed in the type of the
 * inputs, the softmax in f32 within.
 */
final class Attention {
  /** Queries at a time in a context's own attention. */
  private static final int STRIP = 128;

  /**
   * From so many scores of a candidate on it attends alone: its scores fill the nearest caches.
   * With fewer, candidates share what each operation costs beside its arithmetic.
   */
  private static final long ALONE = 1 << 18;

  /** From so many scores of all candidates on none shares either: together they fit no cache. */
  private static final long TOGETHER = 1 << 23;

  /**
   * Keys are filled up to a multiple of this: a softmax over other lengths takes half as long
   * again.
   */
  private static final int KEYS = 32;

  /** Rows are filled up likewise, so that products come in few shapes, each prepared once. */
  private static final int ROWS = 8;

  private final int heads;
  private final int kvHeads;
  private final int headSize;
  private final @Nullable FusedAttention fused;

  Attention(ModelConfig config) {
    this(config, Processor.MULTIPLIES_TILES);
  }

  /**
   * @param fused whether libtorch's fused attention is taken where it can be
   */
  Attention(ModelConfig config, boolean fused) {
    this.heads = config.heads();
    this.kvHeads = config.kvHeads();
    this.headSize = config.headSize();
    this.fused = fused ? new FusedAttention(heads, kvHeads, headSize) : null;
  }

  /**
   * Attends in the fastest way.
   *
   * @param q [tokens, heads, headSize], rotated and divided by √headSize
   * @param k [tokens, kvHeads, headSize], rotated
   * @param v [tokens, kvHeads, headSize]
   * @return [tokens, heads * headSize]
   */
  Tensor attend(Tensor q, Tensor k, Tensor v, List<Packing.Segment> segments) {
    return attend(q, k, v, segments, true, null);
  }

  /**
   * The same in the plain way, which has a way back: with a tape and without one its numbers are
   * the same to the last bit.
   *
   * @param tape takes down what the way back needs, or null
   */
  Tensor attendPlainly(
      Tensor q, Tensor k, Tensor v, List<Packing.Segment> segments, @Nullable AttentionTape tape) {
    return attend(q, k, v, segments, false, tape);
  }

  /**
   * The same as one masked product over all rows, with a way back through autograd: more arithmetic
   * than the structure asks for, in a handful of operations. That pays where starting an operation
   * costs more than running it, on a GPU.
   *
   * @param q of all tokens, or of some
   * @param mask [tokens of q, tokens], added to the scores
   */
  Tensor attendMasked(Tensor q, Tensor k, Tensor v, Tensor mask) {
    Tensor queries = q.permute(1, 0, 2).unsqueeze(0);
    Tensor mixed =
        torch.scaled_dot_product_attention(
            queries,
            everyHead(k),
            everyHead(v),
            new TensorOptional(mask),
            0,
            false,
            new DoubleOptional(1),
            false);
    return mixed.squeeze(0).permute(1, 0, 2).reshape(q.size(0), (long) heads * headSize);
  }

  /** [tokens, kvHeads, headSize] → [1, heads, tokens, headSize]. */
  private Tensor everyHead(Tensor rows) {
    return rows.permute(1, 0, 2)
        .unsqueeze(1)
        .expand(kvHeads, heads / kvHeads, rows.size(0), headSize)
        .reshape(1, heads, rows.size(0), headSize);
  }

  private Tensor attend(
      Tensor q,
      Tensor k,
      Tensor v,
      List<Packing.Segment> segments,
      boolean fast,
      @Nullable AttentionTape tape) {
    List<Tensor> outputs = new ArrayList<>();
    for (Packing.Segment segment : segments) {
      int context = segment.context();
      if (context > 0) {
        causal(q, k, v, segment.start(), context, outputs, fast, tape);
      }
      int rows = segment.candidateRows();
      int from = segment.start() + context;
      if (segment.contextTokens() == 0 && segment.candidates().length == 1) {
        causal(q, k, v, from, rows, outputs, fast, tape);
      } else if (rows > 0 && fast && pays(segment)) {
        if (fused != null && fused.suits(q, segment)) {
          Tensor keys = contextKeys(k, segment);
          Tensor values = contextValues(v, segment);
          fused.candidates(q, k, v, keys, values, segment, this, outputs);
        } else {
          oneByOne(q, k, v, segment, outputs);
        }
      } else if (rows > 0) {
        outputs.add(candidates(q, k, v, segment, tape));
      }
    }
    return Tensors.concat(0, outputs.toArray(Tensor[]::new));
  }

  /** Every token sees itself and those before it. Adds its parts, [some, heads * headSize]. */
  private void causal(
      Tensor q,
      Tensor k,
      Tensor v,
      int from,
      int tokens,
      List<Tensor> outputs,
      boolean fast,
      @Nullable AttentionTape tape) {
    if (fast && fused != null && fused.suits(q, tokens)) {
      outputs.add(Tensors.only(() -> fused.causal(q, k, v, from, tokens)));
    } else {
      strips(q, k, v, from, tokens, outputs, fast, tape);
    }
  }

  /**
   * The same a strip of queries at a time, so that few of the scores that the mask hides are
   * computed at all. Adds [strip, heads * headSize] of each strip.
   */
  private void strips(
      Tensor q,
      Tensor k,
      Tensor v,
      int from,
      int tokens,
      List<Tensor> outputs,
      boolean fast,
      @Nullable AttentionTape tape) {
    int filled = fast ? roundedUp(tokens, KEYS) : tokens;
    Tensor keys = filled(k.narrow(0, from, tokens).permute(1, 2, 0), 2, filled);
    Tensor values = filled(v.narrow(0, from, tokens).permute(1, 0, 2), 1, filled);
    int strip = Math.min(STRIP, tokens);
    Tensor mask = mask(strip, (long) strip + filled - tokens, q);
    for (int start = 0; start < tokens; start += STRIP) {
      int length = Math.min(STRIP, tokens - start);
      int first = start;
      int seen = start + length == tokens ? filled : start + length;
      Supplier<Tensor> work =
          () -> {
            Tensor queries = byHead(q.narrow(0, (long) from + first, length));
            Tensor scores =
                torch
                    .bmm(queries, keys.narrow(2, 0, seen))
                    .view(kvHeads, heads / kvHeads, length, seen);
            long masked = (long) seen - first;
            scores.narrow(3, first, masked).add_(mask.narrow(0, 0, length).narrow(1, 0, masked));
            Tensor weights = torch.softmax(scores, -1).view(kvHeads, -1, seen);
            Tensor mixed = torch.bmm(weights, values.narrow(1, 0, seen));
            if (tape != null) {
              tape.strip(from, first, queries, weights, mixed);
            }
            return byToken(mixed, length);
          };
      outputs.add(fast ? Tensors.only(work) : work.get());
    }
  }

  /** Contiguous, with zeros up to a size in one dimension. */
  private static Tensor filled(Tensor tensor, int dimension, long size) {
    long missing = size - tensor.size(dimension);
    if (missing == 0) {
      return tensor.contiguous();
    }
    long[] shape = {tensor.size(0), tensor.size(1), tensor.size(2)};
    shape[dimension] = missing;
    return Tensors.concat(dimension, tensor, tensor.new_zeros(shape));
  }

  /** Whether candidates better attend one by one. */
  private boolean pays(Packing.Segment segment) {
    int n = segment.candidates().length;
    long scores = (long) heads * segment.longest() * (segment.contextTokens() + segment.longest());
    return n == 1 || scores >= ALONE || n * scores >= TOGETHER;
  }

  /** [rows, heads, headSize] → [kvHeads, group * rows, headSize]. */
  Tensor byHead(Tensor rows) {
    long count = rows.size(0);
    return rows.view(count, kvHeads, heads / kvHeads, headSize)
        .permute(1, 2, 0, 3)
        .reshape(kvHeads, -1, headSize);
  }

  /** [kvHeads, group * rows, headSize] → [rows, heads * headSize]. */
  Tensor byToken(Tensor mixed, long count) {
    return mixed
        .view(kvHeads, heads / kvHeads, count, headSize)
        .permute(2, 0, 1, 3)
        .reshape(count, (long) heads * headSize);
  }

  /** [rows, keys] of the type of {@code like}: 0 where a token sees another, -inf elsewhere. */
  private static Tensor mask(long rows, long keys, Tensor like) {
    return torch
        .full(new long[] {rows, keys}, new Scalar(Double.NEGATIVE_INFINITY), like.options())
        .triu(1);
  }

  /**
   * All candidates of one context, one after another: a candidate's scores stay in the processor's
   * cache, and none has to be filled up to the longest. Adds [length, heads * headSize] of each.
   */
  void oneByOne(Tensor q, Tensor k, Tensor v, Packing.Segment segment, List<Tensor> outputs) {
    Tensor contextKeys = contextKeys(k, segment).contiguous();
    Tensor contextValues = contextValues(v, segment).contiguous();
    int context = segment.contextTokens();
    int rows = roundedUp(segment.longest(), ROWS);
    Tensor mask = mask(rows, (long) rows + KEYS, q);
    int end = segment.start() + segment.context() + segment.candidateRows();
    int at = segment.start() + segment.context();
    for (int length : segment.candidates()) {
      // What is filled up is the next candidate: later than this one, and so not seen by it.
      int own = Math.min(roundedUp(length, ROWS), end - at);
      int from = at;
      outputs.add(
          Tensors.only(() ->
              one(
                      byHead(q.narrow(0, from, own)),
                      contextKeys,
                      contextValues,
                      k.narrow(0, from, own).permute(1, 2, 0),
                      v.narrow(0, from, own).permute(1, 0, 2),
                      mask)
                  .narrow(0, 0, length)));
      at += length;
    }
  }

  /**
   * @param queries [kvHeads, group * rows, headSize]
   * @param contextKeys [kvHeads, headSize, context]
   * @param contextValues [kvHeads, context, headSize]
   * @param ownKeys [kvHeads, headSize, rows]
   * @param ownValues [kvHeads, rows, headSize]
   * @param mask at least [rows, rows + KEYS]
   * @return [rows, heads * headSize]
   */
  private Tensor one(
      Tensor queries,
      Tensor contextKeys,
      Tensor contextValues,
      Tensor ownKeys,
      Tensor ownValues,
      Tensor mask) {
    int context = (int) contextKeys.size(2);
    int rows = (int) ownKeys.size(2);
    int keys = roundedUp(context + rows, KEYS);
    long empty = (long) keys - context - rows;
    Tensor zero = mask.narrow(0, 0, 1).narrow(1, 0, 1).unsqueeze(0);
    Tensor allKeys = Tensors.concat(2, contextKeys, ownKeys, zero.expand(kvHeads, headSize, empty));
    Tensor scores = torch.bmm(queries, allKeys);
    scores
        .view(kvHeads, -1, rows, keys)
        .narrow(3, context, rows + empty)
        .add_(mask.narrow(0, 0, rows).narrow(1, 0, rows + empty));
    Tensor allValues =
        Tensors.concat(1, contextValues, ownValues, zero.expand(kvHeads, empty, headSize));
    return byToken(torch.bmm(torch.softmax(scores, -1), allValues), rows);
  }

  private static int roundedUp(int number, int step) {
    return (number + step - 1) / step * step;
  }

  /**
   * All candidates of one context at once. The scores against the context are one product a
   * key/value head for all candidates and all query heads that share it; the scores against a
   * candidate's own tokens are one small product a key/value head; one softmax joins both.
   *
   * @return [candidate rows, heads * headSize]
   */
  Tensor candidates(
      Tensor q, Tensor k, Tensor v, Packing.Segment segment, @Nullable AttentionTape tape) {
    int n = segment.candidates().length;
    int longest = segment.longest();
    int context = segment.contextTokens();
    int group = heads / kvHeads;
    Tensor queries = byCandidate(segment.padded(own(q, segment)), segment).contiguous();
    Tensor ownQueries = queries.view((long) kvHeads * n, -1, headSize);
    Tensor ownK = byCandidate(segment.padded(own(k, segment)), segment);
    ownK = ownK.reshape((long) kvHeads * n, longest, headSize);
    Tensor ownV = byCandidate(segment.padded(own(v, segment)), segment);
    ownV = ownV.reshape((long) kvHeads * n, longest, headSize);
    Tensor ownScores =
        torch.bmm(ownQueries, ownK.transpose(1, 2)).view(kvHeads, n, group, longest, longest);
    @Nullable Tensor causal = segment.causal();
    if (causal != null && longest > 1) {
      ownScores.add_(causal);
    }
    @Nullable Tensor contextWeights = null;
    Tensor ownWeights;
    if (context == 0) {
      ownWeights = torch.softmax(ownScores, -1);
    } else {
      Tensor contextScores =
          torch
              .bmm(queries.view(kvHeads, -1, headSize), contextKeys(k, segment))
              .view(kvHeads, n, group, longest, context);
      Tensor weights = torch.softmax(Tensors.concat(4, contextScores, ownScores), -1);
      contextWeights = weights.narrow(4, 0, context).reshape(kvHeads, -1, context);
      ownWeights = weights.narrow(4, context, longest);
    }
    ownWeights = ownWeights.reshape((long) kvHeads * n, -1, longest);
    Tensor mixed = torch.bmm(ownWeights, ownV).view(kvHeads, -1, headSize);
    if (contextWeights != null) {
      mixed = mixed.add(torch.bmm(contextWeights, contextValues(v, segment)));
    }
    if (tape != null) {
      tape.fan(segment, queries, ownK, ownV, contextWeights, ownWeights, mixed);
    }
    return segment.unpadded(fromCandidate(mixed, segment));
  }

  /**
   * The same for the last token of each candidate alone.
   *
   * @return [candidates, heads * headSize]
   */
  Tensor attendLast(Tensor q, Tensor k, Tensor v, Tensor lastRows, List<Packing.Segment> segments) {
    Tensor queries = q.index_select(0, lastRows);
    List<Tensor> outputs = new ArrayList<>();
    long at = 0;
    for (Packing.Segment segment : segments) {
      int n = segment.candidates().length;
      if (n > 0) {
        outputs.add(last(queries.narrow(0, at, n), k, v, segment));
        at += n;
      }
    }
    return Tensors.concat(0, outputs.toArray(Tensor[]::new));
  }

  /**
   * @param q of the last token of a prompt's candidates, [n, heads, headSize]
   */
  private Tensor last(Tensor q, Tensor k, Tensor v, Packing.Segment segment) {
    long n = q.size(0);
    int longest = segment.longest();
    int context = segment.contextTokens();
    Tensor ownK = byCandidate(segment.padded(own(k, segment)), segment);
    Tensor ownV = byCandidate(segment.padded(own(v, segment)), segment);
    // [kvHeads, n, group, headSize]
    Tensor queries = q.view(n, kvHeads, -1, headSize).permute(1, 0, 2, 3).contiguous();
    Tensor scores =
        torch
            .bmm(
                queries.view(kvHeads * n, -1, headSize),
                ownK.reshape(kvHeads * n, longest, headSize).transpose(1, 2))
            .view(kvHeads, n, -1, longest);
    @Nullable Tensor ends = segment.ends();
    if (ends != null) {
      scores.add_(ends);
    }
    if (context > 0) {
      Tensor contextScores =
          torch.bmm(queries.view(kvHeads, -1, headSize), contextKeys(k, segment));
      scores = Tensors.concat(3, contextScores.view(kvHeads, n, -1, context), scores);
    }
    Tensor weights = torch.softmax(scores, -1);
    Tensor ownWeights = weights.narrow(3, context, longest).reshape(kvHeads * n, -1, longest);
    Tensor mixed =
        torch
            .bmm(ownWeights, ownV.reshape(kvHeads * n, longest, headSize))
            .view(kvHeads, -1, headSize);
    if (context > 0) {
      Tensor contextWeights = weights.narrow(3, 0, context).reshape(kvHeads, -1, context);
      mixed = mixed.add(torch.bmm(contextWeights, contextValues(v, segment)));
    }
    return mixed.view(kvHeads, n, -1, headSize).permute(1, 0, 2, 3).reshape(n, -1);
  }

  /** [kvHeads, headSize, context]. */
  private static Tensor contextKeys(Tensor k, Packing.Segment segment) {
    LayerKv past = segment.past();
    return past != null
        ? past.keys()
        : k.narrow(0, segment.start(), segment.context()).permute(1, 2, 0);
  }

  /** [kvHeads, context, headSize]. */
  private static Tensor contextValues(Tensor v, Packing.Segment segment) {
    LayerKv past = segment.past();
    return past != null
        ? past.values()
        : v.narrow(0, segment.start(), segment.context()).permute(1, 0, 2);
  }

  /** The rows of a prompt's candidates. */
  static Tensor own(Tensor rows, Packing.Segment segment) {
    return rows.narrow(0, (long) segment.start() + segment.context(), segment.candidateRows());
  }

  /** [n * longest, any heads, headSize] → [kvHeads, n, group or 1, longest, headSize]. */
  Tensor byCandidate(Tensor rows, Packing.Segment segment) {
    return rows.reshape(segment.candidates().length, segment.longest(), kvHeads, -1, headSize)
        .permute(2, 0, 3, 1, 4);
  }

  /** [kvHeads, n * group * longest, headSize] → [n * longest, group heads * headSize]. */
  Tensor fromCandidate(Tensor mixed, Packing.Segment segment) {
    int n = segment.candidates().length;
    return mixed
        .view(kvHeads, n, -1, segment.longest(), headSize)
        .permute(1, 3, 0, 2, 4)
        .reshape((long) n * segment.longest(), -1);
  }

  int kvHeads() {
    return kvHeads;
  }

  int headSize() {
    return headSize;
  }
}
