package org.optirag.backbone;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * libtorch's fused attention in bf16 on the CPU (as FlashAttention, arXiv 2205.14135). It is the
 * fastest way where the processor multiplies tiles and a head has queries enough to fill some; on
 * other processors, and with fewer queries, it is many times slower than separate products.
 */
final class FusedAttention {
  /** Queries of a head that fill tiles. */
  private static final int LEAST = 64;

  /** Keys are filled up to a multiple of this. */
  private static final int KEYS = 32;

  private final int heads;
  private final int kvHeads;
  private final int headSize;

  FusedAttention(int heads, int kvHeads, int headSize) {
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.headSize = headSize;
  }

  /** Whether it is a good way for so many tokens that see themselves and those before. */
  boolean suits(Tensor q, int tokens) {
    return tokens >= LEAST && q.is_cpu() && q.scalar_type().intern() == torch.ScalarType.BFloat16;
  }

  /** Whether it is a good way for candidates one by one. */
  boolean suits(Tensor q, Packing.Segment segment) {
    int shortest = Arrays.stream(segment.candidates()).min().orElse(0);
    return suits(q, shortest * (heads / kvHeads));
  }

  /**
   * Every token sees itself and those before it.
   *
   * @param from their first row
   * @return [tokens, heads * headSize]
   */
  Tensor causal(Tensor q, Tensor k, Tensor v, int from, int tokens) {
    // An odd number takes up to half as long again; a row more is later, and so seen by none.
    long even = Math.min(tokens + tokens % 2, q.size(0) - from);
    Tensor mixed =
        attend(
            byHead(q.narrow(0, from, even)),
            byHead(k.narrow(0, from, even)),
            byHead(v.narrow(0, from, even)),
            null);
    return mixed.permute(1, 0, 2).narrow(0, 0, tokens).reshape(tokens, (long) heads * headSize);
  }

  private static Tensor byHead(Tensor rows) {
    return rows.permute(1, 0, 2);
  }

  /**
   * Candidates one after the other: behind the context's keys and values lies the place of a
   * candidate's own. The query heads of a key/value head are rows of one.
   *
   * @param contextKeys [kvHeads, headSize, context]
   * @param contextValues [kvHeads, context, headSize]
   * @param outputs where [length, heads * headSize] of each is added
   */
  void candidates(
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor contextKeys,
      Tensor contextValues,
      Packing.Segment segment,
      Attention layout,
      List<Tensor> outputs) {
    long context = contextValues.size(1);
    int longest = segment.longest();
    Tensor keys = place(contextKeys.transpose(1, 2), longest);
    Tensor values = place(contextValues, longest);
    Tensor mask = mask(longest, context, keys.size(1), q);
    int at = segment.start() + segment.context();
    for (int length : segment.candidates()) {
      int from = at;
      long seen = roundedUp(context + length);
      outputs.add(
          Tensors.only(() -> {
            keys.narrow(1, context, length).copy_(byHead(k.narrow(0, from, length)));
            values.narrow(1, context, length).copy_(byHead(v.narrow(0, from, length)));
            Tensor queries = layout.byHead(q.narrow(0, from, length));
            Tensor hidden =
                mask.narrow(0, 0, length)
                    .narrow(1, 0, seen)
                    .unsqueeze(0)
                    .expand(heads / kvHeads, length, seen)
                    .reshape(-1, seen);
            Tensor mixed =
                attend(queries, keys.narrow(1, 0, seen), values.narrow(1, 0, seen), hidden);
            return layout.byToken(mixed, length);
          }));
      at += length;
    }
  }

  /** A context's rows [kvHeads, context, headSize] and zeros behind them. */
  private Tensor place(Tensor context, int longest) {
    long rows = roundedUp(context.size(1) + longest);
    Tensor place = context.new_zeros(kvHeads, rows, headSize);
    place.narrow(1, 0, context.size(1)).copy_(context);
    return place;
  }

  /** [longest, keys]: 0 for the context and, causally, for a candidate's own, -inf elsewhere. */
  private static Tensor mask(int longest, long context, long keys, Tensor like) {
    Tensor own =
        torch
            .full(
                new long[] {longest, keys - context},
                new Scalar(Double.NEGATIVE_INFINITY),
                like.options())
            .triu(1);
    return Tensors.concat(1, own.new_zeros(longest, context), own);
  }

  private static long roundedUp(long number) {
    return (number + KEYS - 1) / KEYS * KEYS;
  }

  /**
   * @param q [some multiple of kvHeads, queries, headSize]
   * @param k [kvHeads, keys, headSize], like v
   * @param mask [queries, keys]; null where every query sees itself and those before
   */
  private static Tensor attend(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
    return torch
        .scaled_dot_product_attention(
            q.unsqueeze(0),
            k.unsqueeze(0),
            v.unsqueeze(0),
            mask == null ? new TensorOptional() : new TensorOptional(mask),
            0,
            mask == null,
            new DoubleOptional(1),
            q.size(0) > k.size(0))
        .squeeze(0);
  }
}
