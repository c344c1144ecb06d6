package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/**
 * Block-structured causal attention: a context's tokens see the context causally; a candidate's
 * tokens see the whole context and, causally, their own candidate. In f32, because libtorch's
 * attention in bfloat16 is slow on processors.
 */
final class Attention {
  private final int heads;
  private final int kvHeads;
  private final int headSize;

  Attention(ModelConfig config) {
    this.heads = config.heads();
    this.kvHeads = config.kvHeads();
    this.headSize = config.headSize();
  }

  /**
   * @param q [tokens, heads, headSize], rotated
   * @param k [tokens, kvHeads, headSize], rotated
   * @param v [tokens, kvHeads, headSize]
   * @return [tokens, heads * headSize]
   */
  Tensor attend(Tensor q, Tensor k, Tensor v, Packing packing) {
    List<Tensor> outputs = new ArrayList<>();
    for (Packing.Segment segment : packing.segments()) {
      int start = segment.start();
      int context = segment.context();
      Tensor contextK = k.narrow(0, start, context);
      Tensor contextV = v.narrow(0, start, context);
      if (context > 0) {
        outputs.add(causal(q.narrow(0, start, context), contextK, contextV));
      }
      int rows = segment.candidateRows();
      if (rows > 0) {
        int from = start + context;
        outputs.add(
            candidates(
                segment,
                padded(q.narrow(0, from, rows), segment),
                padded(k.narrow(0, from, rows), segment),
                padded(v.narrow(0, from, rows), segment),
                contextK,
                contextV));
      }
    }
    return Tensors.concat(0, outputs.toArray(Tensor[]::new));
  }

  /** A context's own attention. [context, heads, headSize] → [context, heads * headSize]. */
  private Tensor causal(Tensor q, Tensor k, Tensor v) {
    Tensor out =
        torch.scaled_dot_product_attention(
            batched(q),
            batched(k),
            batched(v),
            new TensorOptional(),
            0.0,
            true,
            new DoubleOptional(),
            heads != kvHeads);
    return out.squeeze(0).transpose(0, 1).reshape(-1, (long) heads * headSize);
  }

  private static Tensor batched(Tensor rows) {
    return rows.transpose(0, 1).unsqueeze(0);
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
        Tensors.scaled(q, 1 / Math.sqrt(headSize))
            .view(n, longest, kvHeads, group, headSize)
            .permute(2, 3, 0, 1, 4)
            .contiguous();
    Tensor ownK = own(k, n, longest);
    Tensor ownV = own(v, n, longest);
    Tensor ownScores = torch.matmul(queries, ownK.transpose(3, 4));
    @Nullable Tensor causal = segment.causal();
    if (causal != null && longest > 1) {
      ownScores = ownScores.add(causal);
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
