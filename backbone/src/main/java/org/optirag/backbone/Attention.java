package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/**
 * Block-structured causal attention: a context's tokens see the context causally; a candidate's
 * tokens see the whole context and, causally, their own candidate.
 */
final class Attention {
  /** Queries at a time in a context's own attention. */
  private static final long STRIP = 128;

  private final int heads;
  private final int kvHeads;
  private final int headSize;
  private final torch.ScalarType type;

  /**
   * @param type of the products; the softmax is computed in f32 within
   */
  Attention(ModelConfig config, torch.ScalarType type) {
    this.heads = config.heads();
    this.kvHeads = config.kvHeads();
    this.headSize = config.headSize();
    this.type = type;
  }

  /**
   * @param q [tokens, heads, headSize], rotated
   * @param k [tokens, kvHeads, headSize], rotated
   * @param v [tokens, kvHeads, headSize]
   * @return [tokens, heads * headSize]
   */
  Tensor attend(Tensor q, Tensor k, Tensor v, Packing packing) {
    Tensor queries = Tensors.scaled(q, 1 / Math.sqrt(headSize)).to(type);
    Tensor keys = k.to(type);
    Tensor values = v.to(type);
    List<Tensor> outputs = new ArrayList<>();
    for (Packing.Segment segment : packing.segments()) {
      int start = segment.start();
      int context = segment.context();
      Tensor contextK = keys.narrow(0, start, context);
      Tensor contextV = values.narrow(0, start, context);
      if (context > 0) {
        outputs.add(causal(queries.narrow(0, start, context), contextK, contextV));
      }
      int rows = segment.candidateRows();
      int from = start + context;
      if (context == 0 && segment.candidates().length == 1) {
        outputs.add(
            causal(
                queries.narrow(0, from, rows),
                keys.narrow(0, from, rows),
                values.narrow(0, from, rows)));
      } else if (rows > 0) {
        outputs.add(
            candidates(
                segment,
                padded(queries.narrow(0, from, rows), segment),
                padded(keys.narrow(0, from, rows), segment),
                padded(values.narrow(0, from, rows), segment),
                contextK,
                contextV));
      }
    }
    return Tensors.concat(0, outputs.toArray(Tensor[]::new));
  }

  /**
   * Every token sees itself and those before it: a strip of queries at a time, so that few of the
   * scores that the mask hides are computed at all. [context, heads, headSize] → [context, heads *
   * headSize].
   */
  private Tensor causal(Tensor q, Tensor k, Tensor v) {
    long tokens = q.size(0);
    int group = heads / kvHeads;
    List<Tensor> strips = new ArrayList<>();
    for (long start = 0; start < tokens; start += STRIP) {
      long length = Math.min(STRIP, tokens - start);
      long seen = start + length;
      Tensor queries =
          q.narrow(0, start, length)
              .view(length, kvHeads, group, headSize)
              .permute(1, 2, 0, 3)
              .reshape(kvHeads, group * length, headSize);
      Tensor scores =
          torch
              .bmm(queries, k.narrow(0, 0, seen).permute(1, 2, 0))
              .view(kvHeads, group, length, seen);
      scores.narrow(3, start, length).add_(mask(length, scores));
      Tensor weights = torch.softmax(scores, -1).view(kvHeads, group * length, seen);
      strips.add(
          torch
              .bmm(weights, v.narrow(0, 0, seen).permute(1, 0, 2))
              .view(kvHeads, group, length, headSize)
              .permute(2, 0, 1, 3)
              .reshape(length, (long) heads * headSize));
    }
    return Tensors.concat(0, strips.toArray(Tensor[]::new));
  }

  /** [length, length] like {@code scores}: 0 where a token sees another, -inf elsewhere. */
  private static Tensor mask(long length, Tensor scores) {
    return torch
        .full(new long[] {length, length}, new Scalar(Double.NEGATIVE_INFINITY), scores.options())
        .triu(1);
  }

  /**
   * All candidates of one context. The scores against the context are one product a key/value head
   * for all candidates and all query heads that share it; the scores against a candidate's own
   * tokens are one small product each; one softmax joins both.
   *
   * @param q [candidates * longest, heads, headSize]
   */
  private Tensor candidates(
      Packing.Segment segment, Tensor q, Tensor k, Tensor v, Tensor contextK, Tensor contextV) {
    int n = segment.candidates().length;
    int longest = segment.longest();
    int context = segment.context();
    int group = heads / kvHeads;
    // [kvHeads, group, n, longest, headSize]
    Tensor queries =
        q.view(n, longest, kvHeads, group, headSize).permute(2, 3, 0, 1, 4).contiguous();
    Tensor ownK = own(k, n, longest);
    Tensor ownV = own(v, n, longest);
    Tensor ownScores = torch.matmul(queries, ownK.transpose(3, 4));
    @Nullable Tensor causal = segment.causal();
    if (causal != null && longest > 1) {
      ownScores.add_(causal);
    }
    if (context == 0) {
      return unpadded(torch.matmul(torch.softmax(ownScores, -1), ownV), segment);
    }
    long queryRows = (long) group * n * longest;
    Tensor contextScores =
        torch
            .bmm(queries.view(kvHeads, queryRows, headSize), contextK.permute(1, 2, 0))
            .view(kvHeads, group, n, longest, context);
    Tensor weights = torch.softmax(Tensors.concat(4, contextScores, ownScores), -1);
    Tensor fromContext =
        torch
            .bmm(
                weights.narrow(4, 0, context).reshape(kvHeads, queryRows, context),
                contextV.permute(1, 0, 2))
            .view(kvHeads, group, n, longest, headSize);
    Tensor fromOwn = torch.matmul(weights.narrow(4, context, longest), ownV);
    return unpadded(fromContext.add(fromOwn), segment);
  }

  /** [n * longest, kvHeads, headSize] → [kvHeads, 1, n, longest, headSize]. */
  private Tensor own(Tensor rows, int n, int longest) {
    return rows.view(n, longest, kvHeads, headSize).permute(2, 0, 1, 3).unsqueeze(1);
  }

  private static Tensor padded(Tensor rows, Packing.Segment segment) {
    Tensor padded = segment.padded();
    return padded == null ? rows.contiguous() : rows.index_select(0, padded);
  }

  /** [kvHeads, group, n, longest, headSize] → [candidate rows, heads * headSize]. */
  private Tensor unpadded(Tensor out, Packing.Segment segment) {
    Tensor rows = out.permute(2, 3, 0, 1, 4).reshape(-1, (long) heads * headSize);
    Tensor unpadded = segment.unpadded();
    return unpadded == null ? rows : rows.index_select(0, unpadded);
  }
}
